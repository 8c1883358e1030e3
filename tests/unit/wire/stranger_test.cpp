#include "wire/stranger.hpp"

#include <doctest/doctest.h>

#include "wire/frame.hpp"
#include "wire/msgpack_reader.hpp"

using namespace starling;
using namespace starling::wire;

TEST_CASE("four bytes tell who speaks") {
  CHECK(recognise("GET / HTTP/1.1") == Speaker::http);
  CHECK(recognise("OPTIONS *") == Speaker::http);
  CHECK(recognise(BytesView("\x94\x00\x01\xa4", 4)) == Speaker::client);
  CHECK(recognise("\x93\x02\xa1x") == Speaker::client);
  CHECK(recognise(BytesView("\x94\x01\x00\xc0", 4)) == Speaker::client_port);
  Bytes frame;
  const std::size_t at = begin_frame(frame);
  frame += encode(Hello{.cluster = {}, .node = NodeId{1}, .generation = {}, .peer = {}});
  finish_frame(frame, at);
  CHECK(recognise(frame) == Speaker::peer);
  CHECK(recognise("SSH-2.0") == Speaker::unknown);
  CHECK(recognise("GET") == Speaker::unknown);
  CHECK(recognise("") == Speaker::unknown);
}

TEST_CASE("HTTP is refused in HTTP, with a length that fits") {
  const BytesView words = words_at_client_port(Speaker::http);
  const Bytes bytes = refusal(Speaker::http, words);
  CHECK(bytes.starts_with("HTTP/1.1 400 "));
  const auto body = bytes.find("\r\n\r\n") + 4;
  CHECK(bytes.substr(body) == Bytes(words) + "\n");
  CHECK(bytes.find("Content-Length: " + std::to_string(words.size() + 1) + "\r\n") != Bytes::npos);
}

TEST_CASE("everybody else is refused in MessagePack-RPC, and a peer knows that for what it is") {
  const Bytes bytes = refusal(Speaker::peer, words_at_client_port(Speaker::peer));
  Reader reader(bytes);
  CHECK(reader.array() == 4);
  CHECK(reader.natural() == 1);
  CHECK(reader.natural() == 0);
  CHECK(reader.bytes().starts_with("UNSUPPORTED this is the port for clients"));
  CHECK(reader.nil());
  CHECK(reader.finished());
  CHECK(recognise(bytes) == Speaker::client_port);
}
