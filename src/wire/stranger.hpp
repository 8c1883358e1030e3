#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace starling::wire {

/// Who seems to be at the other end, going by the first four bytes of what it sent. A node has two
/// ports, and people mix them up: whoever is at the wrong one is told so in a language it speaks.
enum class Speaker : std::uint8_t {
  unknown,
  http,         ///< a request of HTTP
  client,       ///< a request or notification of MessagePack-RPC
  client_port,  ///< a response of MessagePack-RPC: a node's client port is at the other end
  peer,         ///< a frame of the peer protocol, small enough for a hello
};
inline constexpr std::size_t recognisable_bytes = 4;
Speaker recognise(BytesView first_bytes);

/// What is wrong with such a one at the peer port, or at the client port; empty where nothing is
/// or nobody knows.
BytesView words_at_peer_port(Speaker speaker);
BytesView words_at_client_port(Speaker speaker);

/// The last bytes to write before such a connection is closed: an HTTP response for HTTP, else a
/// MessagePack-RPC error, which a peer knows too.
Bytes refusal(Speaker speaker, BytesView words);

}  // namespace starling::wire
