#include "wire/msgpack_scan.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "random_message.hpp"

using namespace starling;
using namespace starling::wire;

namespace {

using Scanned = Result<std::optional<std::size_t>>;

Scanned scan(BytesView bytes, ScanLimits limits = {.bytes_max = 1 << 20}) { return MsgpackScan(limits).advance(bytes); }

bool is_malformed(const Scanned& scanned) { return !scanned && scanned.error().code == ErrorCode::malformed; }
bool ends_at(const Scanned& scanned, std::size_t size) { return scanned && *scanned && **scanned == size; }
bool is_incomplete(const Scanned& scanned) { return scanned && !*scanned; }

Bytes nested(std::size_t depth) { return Bytes(depth, '\x91') + '\xc0'; }

}  // namespace

TEST_CASE("the scan ends where the value ends, whatever follows") {
  Random random(1);
  for (const Message& message : one_of_each(random)) {
    const Bytes bytes = encoded(message);
    CHECK(ends_at(scan(bytes), bytes.size()));
    CHECK(ends_at(scan(bytes + "\xc1 and more"), bytes.size()));
    CHECK(is_incomplete(scan(BytesView(bytes).substr(0, bytes.size() - 1))));
  }
}

TEST_CASE("a value that comes byte by byte is found like one that comes whole") {
  Random random(2);
  for (const Message& message : one_of_each(random)) {
    const Bytes bytes = encoded(message);
    MsgpackScan piecewise({.bytes_max = 1 << 20});
    for (std::size_t size = 0; size < bytes.size(); ++size)
      REQUIRE(is_incomplete(piecewise.advance(BytesView(bytes).substr(0, size))));
    CHECK(ends_at(piecewise.advance(bytes), bytes.size()));
    piecewise.restart();
    CHECK(ends_at(piecewise.advance("\xc0"), 1));
  }
}

TEST_CASE("byte by byte costs linear time") {
  const std::size_t items = 200'000;
  Bytes bytes = "\xdd";
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(items >> shift);
  bytes.append(items, '\x01');
  MsgpackScan scan({.bytes_max = 1 << 20});
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    REQUIRE(is_incomplete(scan.advance(BytesView(bytes).substr(0, size))));
  }
  CHECK(ends_at(scan.advance(bytes), bytes.size()));
  // Starting again at each byte would take 2 * 10^10 steps.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a length over the limit is refused when it is declared") {
  CHECK(is_malformed(scan("\xdd\xff\xff\xff\xff")));
  CHECK(is_malformed(scan("\xdf\xff\xff\xff\xff")));
  CHECK(is_malformed(scan("\xdb\xff\xff\xff\xff")));
  CHECK(is_malformed(scan("\xc6\xff\xff\xff\xff")));
  // Two halves that fit each for itself.
  CHECK(is_malformed(scan(BytesView("\x92\xdd\x00\x08\x00\x00\xdd\x00\x08\x00\x00", 11))));
  CHECK(is_malformed(scan(BytesView("\x92\xdd\x00\x0f\xff\xfa", 6))));
  CHECK(is_incomplete(scan(BytesView("\x92\xdd\x00\x0f\xff\xf9", 6))));
}

TEST_CASE("the limit holds to the byte") {
  const Bytes bytes("\xc4\x05hello");
  CHECK(ends_at(scan(bytes, {.bytes_max = 7}), 7));
  CHECK(is_malformed(scan(bytes, {.bytes_max = 6})));
}

TEST_CASE("the byte that MessagePack never uses, and extension types, are refused") {
  for (int marker : {0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8}) {
    const Bytes bytes(1, static_cast<char>(marker));
    CHECK(is_malformed(scan(bytes)));
    CHECK(is_malformed(scan("\x92\x01" + bytes)));
  }
}

TEST_CASE("eight deep is allowed, nine is not, five million are refused at the ninth") {
  CHECK(ends_at(scan(nested(8)), 9));
  CHECK(is_malformed(scan(nested(9))));
  CHECK(is_malformed(scan(nested(5'000'000), {.bytes_max = 10'000'000})));
  CHECK(is_malformed(scan(Bytes(9, '\x91'), {.bytes_max = 10'000'000})));
  // Beside each other is not within each other, and an empty one counts too.
  CHECK(ends_at(scan("\x93\x91\x01\x91\x01\x91\x01"), 7));
  CHECK(is_malformed(scan(Bytes(8, '\x91') + '\x90')));
}

TEST_CASE("a map wants two values for each entry") {
  CHECK(ends_at(scan("\x82\x01\x02\x03\x04"), 5));
  CHECK(is_incomplete(scan("\x82\x01\x02\x03")));
  CHECK(ends_at(scan("\x80"), 1));
}
