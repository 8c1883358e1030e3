#include "wire/stranger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "wire/frame.hpp"
#include "wire/msgpack_head.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::wire {

namespace {

constexpr std::array<BytesView, 10> http_beginnings{"GET ", "POST", "PUT ", "HEAD", "DELE",
                                                    "OPTI", "PATC", "CONN", "TRAC", "PRI "};

Bytes http_refusal(BytesView words) {
  return fmt::format(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}\n",
      words.size() + 1, words);
}

}  // namespace

Speaker recognise(BytesView first_bytes) {
  const BytesView first = first_bytes.substr(0, recognisable_bytes);
  if (first.size() < recognisable_bytes) return Speaker::unknown;
  if (std::ranges::find(http_beginnings, first) != http_beginnings.end()) return Speaker::http;
  if (first.starts_with(BytesView("\x94\x00", 2)) || first.starts_with("\x93\x02")) return Speaker::client;
  if (first.starts_with("\x94\x01")) return Speaker::client_port;
  const auto length = detail::load_big_endian<std::uint32_t>(first.data());
  if (length > 0 && length <= hello_frame_max) return Speaker::peer;
  return Speaker::unknown;
}

BytesView words_at_peer_port(Speaker speaker) {
  switch (speaker) {
    case Speaker::http:
      return "this is the port for peers of a Starling node and does not speak HTTP; clients use the address of "
             "listen.client";
    case Speaker::client:
      return "this is the port for peers of a Starling node; clients speak MessagePack-RPC to the address of "
             "listen.client";
    case Speaker::client_port:
      return "the other end is the port for clients of a Starling node; peers meet at the address of its listen.peer";
    case Speaker::peer:
    case Speaker::unknown: break;
  }
  return {};
}

BytesView words_at_client_port(Speaker speaker) {
  switch (speaker) {
    case Speaker::http: return "this is the port for clients of a Starling node and speaks MessagePack-RPC, not HTTP";
    case Speaker::peer:
      return "this is the port for clients of a Starling node; peers meet at the address of listen.peer";
    case Speaker::client:
    case Speaker::client_port:
    case Speaker::unknown: break;
  }
  return {};
}

Bytes refusal(Speaker speaker, BytesView words) {
  if (speaker == Speaker::http) return http_refusal(words);
  Bytes out;
  BytesSink sink(out);
  Packer packer(sink);
  packer.pack_array(4);
  packer.pack_uint8(1);
  packer.pack_uint8(0);
  pack_str(packer, fmt::format("UNSUPPORTED {}", words));
  packer.pack_nil();
  return out;
}

}  // namespace starling::wire
