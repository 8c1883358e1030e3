#include "fuzz.hpp"
#include "lone_node.hpp"
#include "wire/codec.hpp"

/// A whole node at its three doors: messages of peers, datagrams, a client's bytes; its disk works, and time passes.
namespace starling::fuzz {

namespace {

enum class Door : std::uint8_t { message, answer, datagram, client, time, link };
constexpr std::uint8_t doors = 6;

/// Names in a message what only the sender of a real one could know: the request that it answers,
/// the partition of its key.
void make_fit(wire::Message& message, wire::RequestId last_asked) {
  std::visit(
      [&](auto& fields) {
        if constexpr (requires { fields.partition, fields.key; }) {
          if (const auto key = ring::Key::from_bytes(fields.key)) fields.partition = LoneNode::partition_of(*key);
        } else if constexpr (requires { fields.request; }) {
          fields.request = last_asked;
        }
      },
      message);
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  LoneNode node(/*has_ring=*/(pieces.byte() & 1) == 0);
  while (!pieces.empty() && !node.halted()) {
    const std::uint8_t how = pieces.byte();
    const NodeId peer{2U + (how >> 7)};
    const BytesView bytes = pieces.chunk();
    switch (static_cast<Door>((how & 0x7f) % doors)) {
      case Door::message:
      case Door::answer: {
        auto message = wire::decode_message(bytes);
        if (!message) break;
        if ((how & 0x7f) % doors == 1) make_fit(*message, node.last_asked(peer));
        node.step(port::MessageArrived{peer, std::move(*message)});
        break;
      }
      case Door::datagram: {
        Bytes sealed(bytes);
        wire::seal_datagram(sealed);
        node.step(port::DatagramArrived{LoneNode::address_of(peer), std::move(sealed)});
        break;
      }
      case Door::client: node.hear_client(bytes); break;
      case Door::time: node.pass(std::chrono::milliseconds(20 * (how & 0x7f))); break;
      case Door::link:
        if (how & 0x40)
          node.step(port::PeerDisconnected{peer});
        else
          node.step(port::PeerConnected{peer, LoneNode::address_of(peer)});
        break;
    }
  }
  node.settle();
}

}  // namespace starling::fuzz
