#include "client/error.hpp"

#include <doctest/doctest.h>

#include "client/retry.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::client {
namespace {

TEST_CASE("an error is understood as a string") {
  Bytes packed;
  wire::BytesSink sink(packed);
  wire::Packer packer(sink);
  wire::pack_str(packer, "UNAVAILABLE 1 of 2 replicas answered");
  api::Error error = decode_error(wire::Reader(packed));
  CHECK(error.code == api::ErrorCode::unavailable);
  CHECK(error.message == "1 of 2 replicas answered");
  CHECK(error.outcome == api::Outcome::refused);
}

TEST_CASE("an error is understood as a map, with who has the write") {
  Bytes packed;
  wire::BytesSink sink(packed);
  wire::Packer packer(sink);
  packer.pack_map(4);
  wire::pack_str(packer, "name");
  wire::pack_str(packer, "IN_DOUBT");
  wire::pack_str(packer, "a field of a later version");
  packer.pack_array(1).pack(7);
  wire::pack_str(packer, "message");
  wire::pack_str(packer, "1 of 2 replicas have it");
  wire::pack_str(packer, "acked");
  packer.pack_array(1);
  wire::pack_str(packer, "00000000000000aa");
  api::Error error = decode_error(wire::Reader(packed));
  CHECK(error.outcome == api::Outcome::in_doubt);
  CHECK(error.message == "1 of 2 replicas have it");
  CHECK(error.acked == std::vector<std::string>{"00000000000000aa"});
}

TEST_CASE("only what may pass is repeated, and nothing without an id once it was sent") {
  api::Error lost{api::ErrorCode::connection_lost, {}, {}, {}};
  api::Error invalid{api::ErrorCode::invalid, {}, {}, {}};
  CHECK(worth_repeating(Repeat::always, lost, true));
  CHECK(worth_repeating(Repeat::by_request_id, lost, true));
  CHECK_FALSE(worth_repeating(Repeat::never, lost, true));
  CHECK(worth_repeating(Repeat::never, lost, false));
  CHECK_FALSE(worth_repeating(Repeat::always, invalid, true));
}

TEST_CASE("pauses grow, stay bounded, and differ") {
  Random random(1);
  CHECK(pause_before_retry(api::ErrorCode::connection_lost, 1, random) == 0ms);
  for (std::uint32_t attempts = 1; attempts < 40; ++attempts) {
    Duration pause = pause_before_retry(api::ErrorCode::overloaded, attempts, random);
    CHECK(pause >= 10ms);
    CHECK(pause <= 250ms);
  }
  CHECK(pause_before_retry(api::ErrorCode::overloaded, 9, random) !=
        pause_before_retry(api::ErrorCode::overloaded, 9, random));
}

}  // namespace
}  // namespace starling::client
