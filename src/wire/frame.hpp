#pragma once

#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

namespace starling::wire {

/// The peer protocol: `u32 length (big endian), body`, the length capped before anything is
/// allocated; the first frame of each side is its hello.
inline constexpr std::uint32_t hello_frame_max = 16 * 1024;
inline constexpr std::uint32_t frame_max = 64 * 1024 * 1024;
inline constexpr std::uint32_t protocol_version = 1;

/// Who is at the other end of a peer connection.
struct Hello {
  std::uint32_t version{protocol_version};
  ClusterId cluster;  ///< zero: in no cluster yet
  NodeId node;
  Generation generation;
  Address peer;  ///< where the sender listens for peers
};
Bytes encode(const Hello& hello);
Result<Hello> decode_hello(BytesView body);  ///< tells HTTP and clients on the wrong port so in words

/// Whether two ends may talk: the same version, and the same cluster or at least one in none
/// (founding). `wrong_cluster` names both ids; `unsupported` both versions.
Result<void> check(const Hello& ours, const Hello& theirs);

/// Starts a frame in `out` and returns where; finish_frame() writes the length once the body is there.
std::size_t begin_frame(Bytes& out);
void finish_frame(Bytes& out, std::size_t at);

/// Cuts a stream into frames. Keeps at most one partial frame.
class FrameReader {
 public:
  explicit FrameReader(std::uint32_t first_frame_max = hello_frame_max) : limit_(first_frame_max) {}
  /// After the hello.
  void raise_limit(std::uint32_t frame_bytes_max) { limit_ = frame_bytes_max; }

  void feed(BytesView bytes);
  /// The next whole body, valid until the next call of any member; nothing yet; or `malformed`
  /// for a length of 0 or over the limit (close the connection).
  Result<std::optional<BytesView>> next();
  std::size_t buffered() const { return buffer_.size() - at_; }

 private:
  Bytes buffer_;
  std::size_t at_{};
  std::uint32_t limit_;
};

}  // namespace starling::wire
