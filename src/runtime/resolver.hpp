#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "runtime/event_sink.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

namespace starling::runtime {

/// The seeds that need no look-up.
std::vector<Address> numeric_seeds(const std::vector<std::string>& seeds);

/// Turns the configured seeds into addresses, again and again where they are names: behind a name
/// there may be another machine tomorrow.
class Resolver {
 public:
  Resolver(Loop& loop, EventSink& sink, Log& log, const std::vector<std::string>& seeds);
  ~Resolver();

  /// Looks the names up; SeedsResolved comes for all seeds together.
  void start();

 private:
  struct LookUp;

  void look_up_all();
  void on_answer(const LookUp& look_up, int status, const addrinfo* answers);

  Loop& loop_;
  EventSink& sink_;
  Log& log_;
  std::vector<std::string> names_;
  std::vector<Address> numeric_;
  std::vector<Address> found_;
  std::vector<LookUp*> under_way_;
  Handle<uv_timer_t> again_;
};

}  // namespace starling::runtime
