#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "wire/messages.hpp"

namespace starling::wire {

/// A message is a MessagePack array [kind, field, field, ...]. Decoding takes bytes from anybody:
/// `malformed` for wrong kinds, types, lengths, ranges, or trailing bytes; never more memory than
/// the bytes themselves justify.
void encode(const Message& message, Bytes& out);  ///< appends
Result<Message> decode_message(BytesView bytes);

/// A datagram ends with a checksum: what is damaged on its way must not make up members, nor speak
/// ill of one, and UDP's own sixteen bits are few.
Bytes encode(const Datagram& datagram);
Result<Datagram> decode_datagram(BytesView bytes);
/// Appends the checksum, for whoever makes the bytes of a datagram by hand.
void seal_datagram(Bytes& bytes);
inline constexpr std::size_t datagram_seal_bytes = 4;
/// How much one update adds to a datagram.
std::size_t encoded_size(const MemberUpdate& update);

/// Also on its own, for the durable book of peers.
Bytes encode(const MemberUpdate& update);
Result<MemberUpdate> decode_member_update(BytesView bytes);

}  // namespace starling::wire
