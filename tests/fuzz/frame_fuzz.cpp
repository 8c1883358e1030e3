#include "wire/frame.hpp"

#include <vector>

#include "fuzz.hpp"

/// The stream of a peer: frames in any splits, the first one a hello.
namespace starling::fuzz {

namespace {

struct Heard {
  std::vector<Bytes> frames;
  bool refused{};
  std::size_t left{};  ///< of a frame that is not whole
  friend bool operator==(const Heard&, const Heard&) = default;
};

bool is_greeted(BytesView body) {
  const auto hello = wire::decode_hello(body);
  if (!hello || !wire::check({.node = NodeId{1}}, *hello)) return false;
  const auto again = wire::decode_hello(wire::encode(*hello));
  ensure(again && wire::encode(*again) == wire::encode(*hello), "a hello does not come back");
  return true;
}

/// As a peer link does it: until a frame is wrong, or the first one is no hello.
Heard hear(BytesView stream, std::size_t piece_bytes) {
  wire::FrameReader reader;
  Heard heard;
  std::size_t fed = 0, taken = 0;
  for (Pieces pieces(stream); !pieces.empty() && !heard.refused;) {
    const BytesView piece = pieces.take(piece_bytes);
    reader.feed(piece);
    fed += piece.size();
    while (!heard.refused) {
      const auto frame = reader.next();
      ensure(!frame || !*frame || stream.substr(taken + 4).starts_with(**frame), "a frame of bytes that never came");
      if (frame && !*frame) break;
      heard.refused = !frame || (heard.frames.empty() && !is_greeted(**frame));
      if (heard.refused) break;
      heard.frames.emplace_back(**frame);
      taken += 4 + (*frame)->size();
      ensure(reader.buffered() == fed - taken, "bytes were lost between two frames");
      reader.raise_limit(wire::frame_max);
    }
  }
  heard.left = heard.refused ? 0 : reader.buffered();
  return heard;
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const std::size_t piece_bytes = std::size_t{1} + pieces.byte();
  const BytesView stream = pieces.rest();
  ensure(hear(stream, piece_bytes) == hear(stream, stream.size() + 1), "what was heard depends on how it was cut");
}

}  // namespace starling::fuzz
