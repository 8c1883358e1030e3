#pragma once

#include <optional>

#include "runtime/stream.hpp"
#include "wire/frame.hpp"
#include "wire/messages.hpp"
#include "wire/stranger.hpp"

namespace starling::runtime {

class PeerLink;

/// What the book of links hears of one connection. The link must not be destroyed in these calls.
class PeerLinkOwner {
 public:
  virtual ~PeerLinkOwner() = default;
  /// The other end said who it is, and may talk with us. False: not over this link; it closes. Who
  /// dialled it gets no hello, which tells him to use the other link.
  virtual bool wants(PeerLink& link) = 0;
  /// The hellos are exchanged.
  virtual void on_up(PeerLink& link) = 0;
  virtual void on_message(PeerLink& link, wire::Message message) = 0;
  /// The other end cannot be talked with, in words (another cluster, another version, no peer at all).
  virtual void on_refused(PeerLink& link, const Error& error) = 0;
  virtual void on_link_lost(PeerLink& link, std::string_view why) = 0;
};

/// One connection of the peer protocol: a hello each way, then frames each way. Whoever dialled
/// speaks first; the other end answers only what is a hello, so a stranger gets words that it
/// understands. Messages are encoded straight into the output of the stream.
class PeerLink final : private StreamOwner {
 public:
  /// `ours` outlives the link, and is what we are at the moment of the hello.
  PeerLink(Loop& loop, WriteQueue& queue, PeerLinkOwner& owner, const wire::Hello& ours);

  Result<> accept(uv_stream_t* listener);
  Result<> dial(const Address& to);

  /// Only once it is up. Returns the bytes of the frame; 0 when the other end has left too much unread: the link is
  /// to be dropped.
  std::size_t send(const wire::Message& message);
  /// Frames that append_frame() made while there was no link.
  void send_frames(BytesView frames);
  /// Returns the bytes of the frame.
  static std::size_t append_frame(const wire::Message& message, Bytes& out);
  /// Says that nothing more comes from us. What the other end still sends is heard, if the link was up.
  void close();

  /// The other end said hello.
  bool up() const { return up_; }
  /// Closed by the other end in place of a hello: it wants to talk over another link.
  bool unwanted() const { return connected_ && !up_ && !refused_; }
  bool dialled() const { return dialled_; }
  const wire::Hello& theirs() const { return theirs_; }
  /// What was dialled, or who connected.
  const Address& remote() const { return remote_; }
  Instant up_since() const { return up_since_; }
  /// Why it takes too long: no hello, a frame that does not get whole, a goodbye that is not answered.
  std::optional<std::string_view> overdue(Instant now);

 private:
  void on_connected() override;
  void on_bytes(BytesView bytes) override;
  void on_broken(std::string_view why) override { owner_.on_link_lost(*this, why); }
  void say_hello();
  void on_frame(BytesView body);
  void on_hello_frame(BytesView body);
  void refuse(const Error& error);

  Loop& loop_;
  PeerLinkOwner& owner_;
  const wire::Hello& ours_;
  wire::Hello theirs_;
  wire::FrameReader reader_;
  Address remote_;
  wire::Speaker speaker_ = wire::Speaker::unknown;
  bool connected_ = false;
  bool refused_ = false;
  bool dialled_ = false;
  bool up_ = false;
  Instant up_since_;
  Instant waiting_since_;  ///< for the hello, for the rest of a frame, for the end of a goodbye
  Stream stream_;
};

}  // namespace starling::runtime
