#include "fuzz.hpp"
#include "support/lone_member.hpp"
#include "wire/codec.hpp"

/// Datagrams, from members and from strangers, to a member of three.
namespace starling::fuzz {

namespace {

using test::LoneMember;

constexpr std::uint8_t from_stranger = 0x40;
constexpr std::uint8_t then_wait = 0x80;

Address stranger() { return {.ip = LoneMember::address_of(NodeId{1}).ip, .port = 9}; }

void check_codec(BytesView bytes) {
  const auto datagram = wire::decode_datagram(bytes);
  if (!datagram) return;
  // Bytes came as str or bin and go as bin, whose head is longer: a full one may not fit again.
  const Bytes encoded = wire::encode(*datagram);
  ensure(encoded.size() > wire::datagram_bytes_max || wire::decode_datagram(encoded) == *datagram,
         "a datagram does not come back");
}

/// A forged sender address must not make of us a weapon against who lives there.
void check_answers(const LoneMember& member, const Address& source, std::size_t bytes) {
  std::size_t answered = 0;
  for (const auto& sent : member.sent) {
    ensure(sent.bytes <= wire::datagram_bytes_max, "a datagram over its bound");
    if (sent.to == source) answered += sent.bytes;
  }
  ensure(source != stranger() || answered <= bytes, "a stranger is sent more than it sent");
}

}  // namespace

void try_input(BytesView input) {
  LoneMember member(2);
  for (Pieces pieces(input); !pieces.empty() && member.halts.empty();) {
    const std::uint8_t how = pieces.byte();
    Bytes bytes(pieces.chunk());
    wire::seal_datagram(bytes);
    check_codec(bytes);
    const Address source = how & from_stranger ? stranger() : LoneMember::address_of(LoneMember::peer(how & 1U));
    member.forget();
    member.say_bytes(source, bytes);
    check_answers(member, source, bytes.size());
    // What it has learned must not trip it later either.
    if (how & then_wait) member.run_for(std::chrono::milliseconds(100) * (1 + (how & 0x3fU)));
  }
}

}  // namespace starling::fuzz
