#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/random.hpp"
#include "runtime/handle.hpp"
#include "runtime/loop.hpp"

/// What a long-running program owes the operating system.
namespace starling::runtime {

/// A write to a closed connection is an error code, not the end of the process; and as many files
/// (connections) may be open as the system allows.
void prepare_process();

/// Chance from the kernel.
Random seeded_random();

/// Tells a service manager, if one asked for it, e.g. "READY=1" (sd_notify(3)).
void notify_service_manager(std::string_view state);

/// SIGTERM and SIGINT: the first asks to stop, a second one ends the process on the spot.
class StopSignals {
 public:
  StopSignals(Loop& loop, std::function<void()> asked);

 private:
  void received();
  static Handle<uv_signal_t> watch(Loop& loop, int signal);

  std::function<void()> asked_;
  bool asked_before_ = false;
  Handle<uv_signal_t> terminate_;
  Handle<uv_signal_t> interrupt_;
};

}  // namespace starling::runtime
