#pragma once

#include <uv.h>

#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "runtime/handle.hpp"
#include "runtime/loop.hpp"

namespace starling::runtime {

class Stream;

/// What the owner of a Stream hears. The stream may be destroyed in any of these calls.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;
  virtual void on_connected() {}
  /// Valid during the call only: the buffer is shared by every stream of the loop.
  virtual void on_bytes(BytesView bytes) = 0;
  /// The stream is about to write: the last moment to put something into its output.
  virtual void before_write(Bytes&) {}
  /// The kernel has taken so many bytes.
  virtual void on_taken(std::size_t) {}
  /// No more will come, and nothing more can be sent. Told once, never from within a call of the owner.
  virtual void on_broken(std::string_view why) = 0;
};

/// The streams that have something to write. Each is written once per turn of the loop.
class WriteQueue {
 public:
  void add(Stream* stream) { dirty_.push_back(stream); }
  void remove(Stream* stream);
  /// Writes all; what breaks meanwhile is told to its owner.
  void flush();
  bool empty() const { return dirty_.empty(); }

 private:
  std::vector<Stream*> dirty_;
  std::vector<Stream*> flushing_;
};

/// One TCP connection. Bytes to send are gathered by appending to `output()` and marking it with
/// `touch()`; they go to the kernel at the end of the turn with one system call, without waiting
/// for the socket to be reported writable. Only what the kernel does not take waits in libuv.
/// It is read once in a turn, a buffer at most: whoever floods holds up nobody else.
class Stream {
 public:
  Stream(Loop& loop, WriteQueue& queue, StreamOwner& owner);
  ~Stream();

  Result<> accept(uv_stream_t* listener);
  Result<> connect(const Address& to);
  /// Stop and go on taking bytes: a peer that floods waits in its own kernel.
  void pause();
  void resume();

  Bytes& output() { return output_; }
  void touch();
  /// Bytes that the other side has not taken.
  std::size_t unsent() const { return output_.size() + waiting_bytes(); }
  /// For how long the other side has taken nothing although something waits. To be asked now and then.
  Duration stalled(Instant now);
  /// Sends what is there, then says that nothing follows, and reads on until the other side closes
  /// too: closing at once, with input unread, would destroy a last word on its way.
  /// on_broken() comes in the end; the owner sees to it that this does not take for ever.
  void close_when_sent();
  bool closing() const { return closing_; }

  Address remote() const;

 private:
  friend class WriteQueue;
  struct Waiting;

  void configure();
  Result<> start_reading();
  uv_buf_t buffer_of_turn();
  void flush();
  void wait_for_socket(std::size_t taken);
  void on_waited(int status, std::size_t bytes);
  void say_goodbye();
  std::size_t waiting_bytes() const { return uv_stream_get_write_queue_size(tcp_.as_stream()); }
  void broke(std::string_view why);

  Loop& loop_;
  WriteQueue& queue_;
  StreamOwner& owner_;
  Handle<uv_tcp_t> tcp_;
  Bytes output_;
  std::size_t last_waiting_bytes_ = 0;
  Instant last_progress_;
  std::uint64_t read_in_turn_ = 0;
  bool dirty_ = false;
  bool open_ = false;
  bool paused_ = false;
  bool closing_ = false;
  bool said_goodbye_ = false;
  bool broken_ = false;
};

}  // namespace starling::runtime
