#include "base/address.hpp"

#include <doctest/doctest.h>

using namespace starling;

TEST_CASE("an address reads back as it was written") {
  for (const char* text : {"127.0.0.1:4701", "10.1.2.3:1", "[::1]:65535", "[2001:db8::7]:80"}) {
    auto address = parse_address(text);
    REQUIRE(address);
    CHECK(to_string(*address) == text);
  }
}

TEST_CASE("a bad address is refused in words that say what to do") {
  CHECK(parse_address("127.0.0.1").error().message == "'127.0.0.1' has no port: write HOST:PORT");
  CHECK(parse_address("127.0.0.1:0").error().code == ErrorCode::invalid);
  CHECK(parse_address("127.0.0.1:65536").error().code == ErrorCode::invalid);
  CHECK(parse_address("example.com:80").error().code == ErrorCode::invalid);
  CHECK(parse_address("").error().code == ErrorCode::invalid);
}

TEST_CASE("loopback is told from the rest") {
  CHECK(is_loopback(*parse_address("127.9.9.9:1")));
  CHECK(is_loopback(*parse_address("[::1]:1")));
  CHECK_FALSE(is_loopback(*parse_address("10.0.0.1:1")));
  CHECK_FALSE(is_loopback(*parse_address("[::2]:1")));
}
