#include "fuzz.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

/// One message between nodes.
namespace starling::fuzz {

void try_input(BytesView input) {
  const auto message = wire::decode_message(input);
  if (!message) return;
  Bytes framed;
  const std::size_t at = wire::begin_frame(framed);
  wire::encode(*message, framed);
  wire::finish_frame(framed, at);

  wire::FrameReader reader(wire::frame_max);
  reader.feed(framed);
  const auto body = reader.next();
  ensure(body && *body, "a message is no frame");
  // Bytes came as str or bin and go as bin, whose head is longer by one byte; of numbers ours is the shortest form.
  ensure((*body)->size() <= 2 * input.size(), "a message is longer than it came");
  ensure(wire::decode_message(**body) == *message, "a message does not come back");
}

}  // namespace starling::fuzz
