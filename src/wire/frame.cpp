#include "wire/frame.hpp"

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "wire/msgpack_head.hpp"
#include "wire/stranger.hpp"

namespace starling::wire {

namespace {

constexpr std::size_t length_bytes = 4;
/// A buffer that once held a large frame is given back; below, it is kept for the next frames.
constexpr std::size_t kept_bytes = 256 * 1024;

Error no_frame(BytesView first_bytes, std::uint32_t length, std::uint32_t limit) {
  const BytesView words = words_at_peer_port(recognise(first_bytes));
  if (!words.empty()) return {ErrorCode::malformed, std::string(words)};
  return {ErrorCode::malformed, fmt::format("a frame of {} bytes; from 1 to {} are allowed here", length, limit)};
}

}  // namespace

std::size_t begin_frame(Bytes& out) {
  out.append(length_bytes, '\0');
  return out.size() - length_bytes;
}

void finish_frame(Bytes& out, std::size_t at) {
  const std::size_t length = out.size() - at - length_bytes;
  ensure(length > 0 && length <= frame_max, "a frame of 0 or too many bytes");
  for (std::size_t i = 0; i < length_bytes; ++i) out[at + i] = static_cast<char>(length >> (8 * (3 - i)));
}

void FrameReader::feed(BytesView bytes) {
  if (at_ == buffer_.size()) {
    if (buffer_.capacity() > kept_bytes) buffer_ = Bytes();
    buffer_.clear();
    at_ = 0;
  } else if (at_ > buffer_.size() / 2) {
    // Moves each byte a bounded number of times, however small the pieces are.
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<BytesView>> FrameReader::next() {
  const BytesView waiting = BytesView(buffer_).substr(at_);
  if (waiting.size() < length_bytes) return std::nullopt;
  const auto length = detail::load_big_endian<std::uint32_t>(waiting.data());
  if (length == 0 || length > limit_) return std::unexpected(no_frame(waiting, length, limit_));
  if (waiting.size() - length_bytes < length) return std::nullopt;
  at_ += length_bytes + length;
  return waiting.substr(length_bytes, length);
}

}  // namespace starling::wire
