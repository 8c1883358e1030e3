#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "gateway/session.hpp"
#include "runtime/stream.hpp"

namespace starling::runtime {

class ClientConnection;

class ClientConnectionOwner {
 public:
  virtual ~ClientConnectionOwner() = default;
  virtual void on_asked(ClientConnection& connection, std::uint64_t id, port::ClientRequest request) = 0;
  virtual void on_gone(ClientConnection& connection, std::string_view why) = 0;
};

/// One client: a stream and the session that understands it. The session holds what it has to say
/// until the stream is about to write, so the answers of a turn leave together. While it is idle
/// a connection has no buffers at all.
class ClientConnection final : private StreamOwner {
 public:
  ClientConnection(Loop& loop, WriteQueue& queue, ClientConnectionOwner& owner);

  Result<> accept(uv_stream_t* listener);
  void reply(std::uint64_t id, port::ClientReply reply);
  /// One last error, then the connection closes.
  void refuse(const Error& error);
  /// Why it is to be cut off: answers that are not read. One whose message does not get whole is
  /// refused in words first. To be asked a few times per second.
  std::optional<std::string_view> overdue(Instant now);

  std::size_t unread_bytes() const { return session_.unread_bytes(); }
  std::uint64_t number() const { return number_; }
  void set_number(std::uint64_t number) { number_ = number; }
  Address remote() const { return stream_.remote(); }

 private:
  void on_bytes(BytesView bytes) override;
  void before_write(Bytes& output) override;
  void on_taken(std::size_t bytes) override;
  void on_broken(std::string_view why) override { owner_.on_gone(*this, why); }
  void go_on();
  void after_change();

  Loop& loop_;
  ClientConnectionOwner& owner_;
  std::uint64_t number_ = 0;
  gateway::Session session_;
  bool feeding_ = false;
  Instant waiting_since_;  ///< for the rest of a message, or for the end of a goodbye
  Stream stream_;
};

}  // namespace starling::runtime
