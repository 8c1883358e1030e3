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

Bytes encode(const Datagram& datagram);
Result<Datagram> decode_datagram(BytesView bytes);
/// How much one update adds to a datagram.
std::size_t encoded_size(const MemberUpdate& update);

/// Also on its own, for the durable book of peers.
Bytes encode(const MemberUpdate& update);
Result<MemberUpdate> decode_member_update(BytesView bytes);

}  // namespace starling::wire
