#pragma once

#include "base/bytes.hpp"

namespace starling::wire {

/// Who seems to be at the other end, going by the first four bytes of what it sent. A node has two
/// ports, and people mix them up: whoever is at the wrong one is told so in words of its own protocol.
enum class Speaker {
  unknown,
  http,            ///< a request of HTTP
  client,          ///< a request or notification of MessagePack-RPC
  node_to_client,  ///< an answer of MessagePack-RPC: a node's client port is at the other end
  peer,            ///< a frame of the peer protocol, small enough for a hello
};
inline constexpr std::size_t recognisable_bytes = 4;
Speaker recognise(BytesView first_bytes);

/// One last word in MessagePack-RPC: an error response to request `msgid`.
void append_refusal(std::uint64_t msgid, BytesView sentence, Bytes& out);

/// What to write before closing a connection at the peer port, and at the client port: HTTP gets
/// an HTTP response, everybody else a MessagePack-RPC error (which a peer recognises).
Bytes refusal_at_peer_port(Speaker speaker);
Bytes refusal_at_client_port(Speaker speaker);

}  // namespace starling::wire
