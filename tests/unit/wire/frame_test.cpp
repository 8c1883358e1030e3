#include "wire/frame.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "base/random.hpp"

using namespace starling;
using namespace starling::wire;

namespace {

Bytes framed(BytesView body) {
  Bytes out;
  const std::size_t at = begin_frame(out);
  out.append(body);
  finish_frame(out, at);
  return out;
}

Hello hello_of(std::uint64_t cluster, std::uint64_t node) {
  return {.version = protocol_version,
          .cluster = ClusterId{cluster},
          .node = NodeId{node},
          .generation = Generation{3},
          .peer = parse_address("127.0.0.1:4702").value()};
}

bool nothing_yet(FrameReader& reader) {
  const auto body = reader.next();
  return body.has_value() && !body->has_value();
}

bool mentions(const Error& error, std::string_view what) { return error.message.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("frames are cut out of a stream however it was pieced together") {
  Random random(1);
  std::vector<Bytes> bodies;
  Bytes stream;
  for (int i = 0; i < 300; ++i) {
    bodies.emplace_back(1 + random.below(random.chance(1, 10) ? 5000 : 50), static_cast<char>('a' + i % 26));
    stream += framed(bodies.back());
  }
  for (std::size_t piece_max : {1UL, 7UL, 100UL, 100'000UL}) {
    FrameReader reader;
    std::size_t found = 0;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t piece = std::min(1 + random.below(piece_max), stream.size() - at);
      reader.feed(BytesView(stream).substr(at, piece));
      at += piece;
      for (auto body = reader.next(); body.value(); body = reader.next()) CHECK(**body == bodies.at(found++));
    }
    CHECK(found == bodies.size());
    CHECK(reader.buffered() == 0);
  }
}

TEST_CASE("a frame of nothing or over the limit is refused as soon as its length is there") {
  FrameReader zero;
  zero.feed(BytesView("\0\0\0\0", 4));
  CHECK(zero.next().error().code == ErrorCode::malformed);

  FrameReader first;
  first.feed(BytesView("\0\0\x40\x01", 4));
  CHECK(mentions(first.next().error(), "16384"));
  first.raise_limit(frame_max);
  CHECK(nothing_yet(first));

  FrameReader largest(frame_max);
  largest.feed(BytesView("\x04\0\0\x01", 4));
  CHECK(!largest.next().has_value());
}

TEST_CASE("small pieces of large frames cost linear time") {
  const Bytes frame = framed(Bytes(8 * 1024 * 1024, 'x'));
  FrameReader reader(frame_max);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < frame.size(); at += 16) {
    reader.feed(BytesView(frame).substr(at, 16));
    if (at + 16 < frame.size()) REQUIRE(nothing_yet(reader));
  }
  CHECK(reader.next().value()->size() == frame.size() - 4);

  Bytes many;
  for (int i = 0; i < 200'000; ++i) many += framed("body");
  reader.feed(many);
  for (int i = 0; i < 200'000; ++i) {
    REQUIRE(reader.next().value().has_value());
    reader.feed("");
  }
  // Moving all that waits each time would copy 10^11 bytes.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a hello comes back as it went; cut, lengthened or nameless it is none") {
  const Hello hello = hello_of(5, 6);
  const Bytes bytes = encode(hello);
  const auto back = decode_hello(bytes);
  REQUIRE(back.has_value());
  CHECK(back->cluster == hello.cluster);
  CHECK(back->node == hello.node);
  CHECK(back->generation == hello.generation);
  CHECK(back->peer == hello.peer);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(decode_hello(BytesView(bytes).substr(0, size)).error().code == ErrorCode::malformed);
  CHECK(!decode_hello(bytes + '\0'));
  CHECK(!decode_hello(encode(hello_of(5, 0))));
  CHECK(mentions(decode_hello("\x93\x01\x02\x03").error(), "hello"));
}

TEST_CASE("nodes of one cluster talk, and founders that have none yet") {
  CHECK(check(hello_of(5, 1), hello_of(5, 2)));
  CHECK(check(hello_of(0, 1), hello_of(5, 2)));
  CHECK(check(hello_of(5, 1), hello_of(0, 2)));
  CHECK(check(hello_of(0, 1), hello_of(0, 2)));
}

TEST_CASE("another cluster is refused with both ids, another version with both numbers") {
  const auto cluster = check(hello_of(0xaaaa, 1), hello_of(0xbbbb, 2));
  REQUIRE(!cluster);
  CHECK(cluster.error().code == ErrorCode::wrong_cluster);
  CHECK(mentions(cluster.error(), "000000000000aaaa"));
  CHECK(mentions(cluster.error(), "000000000000bbbb"));

  Hello newer = hello_of(5, 2);
  newer.version = 9;
  // Whatever else a later version says, its number is understood.
  Bytes bytes = encode(newer);
  bytes.front() = '\x97';
  const auto theirs = decode_hello(bytes + "\xc0");
  REQUIRE(theirs.has_value());
  const auto version = check(hello_of(5, 1), *theirs);
  REQUIRE(!version);
  CHECK(version.error().code == ErrorCode::unsupported);
  CHECK(mentions(version.error(), "version 1"));
  CHECK(mentions(version.error(), "version 9"));
}

TEST_CASE("who speaks something else to the peer port is told what") {
  auto error_for = [](BytesView first_bytes) {
    FrameReader reader;
    reader.feed(first_bytes);
    return reader.next().error();
  };
  CHECK(mentions(error_for("GET / HTTP/1.1\r\n"), "HTTP"));
  CHECK(mentions(error_for("POST /kv HTTP/1.1\r\n"), "HTTP"));
  CHECK(mentions(error_for(BytesView("\x94\x00\x01\xa4ping\x90", 9)), "MessagePack-RPC"));
  CHECK(mentions(error_for("\x93\x02\xa4ping\x90"), "MessagePack-RPC"));
  CHECK(mentions(error_for(BytesView("\x94\x01\x00\xa5words\xc0", 10)), "port for clients"));
  CHECK(mentions(error_for("\x16\x03\x01\x02"), "a frame of"));
}
