#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "client/call.hpp"
#include "client/endpoint.hpp"
#include "client/loop.hpp"
#include "starling/client.hpp"

namespace starling::client {

class Dispatcher;

/// The client's one thread: a loop with a Dispatcher on it. Calls come in from any thread through
/// an inbox; several that arrive together wake it once.
class Background {
 public:
  Background(api::ClientOptions options, std::vector<HostPort> configured);
  /// Ends every call, then the thread.
  ~Background();

  const api::ClientOptions& options() const { return options_; }
  void submit(std::unique_ptr<Call> call);
  bool on_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void on_wake();
  void on_tick();

  api::ClientOptions options_;
  Loop loop_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Call>> inbox_;  ///< under the mutex
  bool stopping_{};                           ///< under the mutex
  std::vector<std::unique_ptr<Call>> taken_;
  Ticker ticker_;
  Waker waker_;
  std::thread thread_;
};

}  // namespace starling::client
