#pragma once

#include <uv.h>

#include <array>
#include <functional>
#include <memory>

#include "base/time.hpp"
#include "runtime/handle.hpp"

namespace starling::runtime {

/// The one loop of a node: sockets and timers become calls, one after the other, on one thread.
/// A turn handles all input that is ready and all timers that are due; then, before the loop looks
/// for more, `on_turn_end` runs once, so that what the turn gathered (disk commands, bytes for
/// peers and clients) is handed on in one piece.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Until stop(), or until nothing is left that could happen.
  void run();
  void stop();
  void on_turn_end(std::function<void()> hook) { turn_end_ = std::move(hook); }

  uv_loop_t* get() { return &loop_; }
  Instant now() const;
  /// Counts the turns: what must happen once in each compares.
  std::uint64_t turn() const { return turn_; }
  /// One buffer for every read of the loop: a connection that is idle holds none.
  uv_buf_t read_buffer() { return uv_buf_init(buffer_.data(), buffer_.size()); }

 private:
  uv_loop_t loop_;
  std::uint64_t started_ns_;
  std::uint64_t turn_ = 0;
  std::function<void()> turn_end_;
  std::array<char, 256 * 1024> buffer_;
  std::unique_ptr<Handle<uv_prepare_t>> before_poll_;
};

/// libuv's word for an error: "connection refused".
inline const char* describe(int uv_error) { return uv_strerror(uv_error); }

}  // namespace starling::runtime
