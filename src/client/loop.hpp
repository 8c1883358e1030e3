#pragma once

#include <uv.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace starling::client {

/// libuv wants a handle's memory until its close callback, later than its owner may live.
template <class Handle>
struct CloseHandle {
  void operator()(Handle* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};
template <class Handle>
using OwnedHandle = std::unique_ptr<Handle, CloseHandle<Handle>>;

/// Something with bytes gathered during a turn of the loop.
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush() = 0;
};

/// One libuv loop, used by one thread. Once per turn, just before it waits, it flushes those who
/// asked for it: what was gathered during the turn goes out with one call.
class Loop {
 public:
  Loop();
  /// Everything that lives on the loop must be gone.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* raw() { return &loop_; }
  /// The monotonic clock, exact (not as of the start of the turn).
  static Instant now() { return {Duration(uv_hrtime())}; }

  /// Until stop().
  void run() { uv_run(&loop_, UV_RUN_DEFAULT); }
  void stop() { uv_stop(&loop_); }

  void flush_later(Flushable& who) { dirty_.push_back(&who); }
  void forget(Flushable& who) {
    std::erase(dirty_, &who);
    std::erase(flushing_, &who);
  }

  /// One buffer for all reads of the loop: what is read is consumed before the next read.
  std::span<char> read_buffer() { return {read_buffer_.get(), read_buffer_bytes}; }

 private:
  static constexpr std::size_t read_buffer_bytes = 256 * 1024;

  void flush();

  uv_loop_t loop_{};
  OwnedHandle<uv_prepare_t> prepare_;
  std::vector<Flushable*> dirty_, flushing_;
  std::unique_ptr<char[]> read_buffer_;
};

/// Calls back on the loop's thread, again and again.
class Ticker {
 public:
  Ticker(Loop& loop, std::function<void()> on_tick);
  /// From now on every `period`; a call with the present period changes nothing.
  void every(std::chrono::milliseconds period);

 private:
  std::unique_ptr<std::function<void()>> on_tick_;
  OwnedHandle<uv_timer_t> timer_;
  std::chrono::milliseconds period_{};
};

/// Wakes the loop from any thread; several wakes may arrive as one.
class Waker {
 public:
  Waker(Loop& loop, std::function<void()> on_wake);
  void wake() { uv_async_send(async_.get()); }

 private:
  std::unique_ptr<std::function<void()>> on_wake_;
  OwnedHandle<uv_async_t> async_;
};

}  // namespace starling::client
