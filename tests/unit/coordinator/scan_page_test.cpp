#include "coordinator/scan_page.hpp"

#include <algorithm>

#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

/// Keys of one partition, in the order of its rows.
std::vector<ring::Key> keys_of(const ring::Ring& ring, PartitionId partition, std::size_t count) {
  std::vector<ring::Key> keys;
  for (int i = 0; keys.size() < count; ++i)
    if (auto key = key_of("key" + std::to_string(i)); ring.partition_of(key.token) == partition)
      keys.push_back(std::move(key));
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

TEST_CASE("a cursor survives its encoding, and only a cursor is one") {
  const auto ring = ring_of({us, second, third});
  const auto key = keys_of(ring, {2}, 1).front();
  CHECK(decode_cursor("", ring) == ScanCursor{});
  for (const auto& cursor : {ScanCursor{{0}, {}}, ScanCursor{{3}, {}}, ScanCursor{{2}, key}})
    CHECK(decode_cursor(encode(cursor), ring) == cursor);
  for (const Bytes& wrong : {Bytes("x"), encode({{4}, {}}), encode({{1}, key}), "\x02" + encode({{2}, key}).substr(1),
                             Bytes("\x01\x00\x02zz", 5)}) {
    const auto refused = decode_cursor(wrong, ring);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid);
  }
}

TEST_CASE("pages are joined key by key, as far as all of them speak") {
  const auto ring = ring_of({us, second, third});
  const auto keys = keys_of(ring, {1}, 4);
  storage::ScanAnswer first{{{keys[0], object({sibling(a1, "old")})}, {keys[1], object({sibling(a1, "one")})}},
                            keys[1]};
  storage::ScanAnswer other{{{keys[0], object({sibling(a2, "new")})},
                             {keys[2], object({sibling(b1, "far")})},
                             {keys[3], object({sibling(b1, "further")})}},
                            {}};
  const auto joined = join_pages({first, other});
  CHECK(joined.complete_to == keys[1]);
  REQUIRE(joined.rows.size() == 2);
  CHECK(joined.rows[0].key == keys[0]);
  REQUIRE(joined.rows[0].object.siblings.size() == 1);
  CHECK(joined.rows[0].object.siblings[0].value == "new");
  CHECK(joined.rows[1].key == keys[1]);

  other.complete_to = keys[3];
  CHECK(join_pages({first, other}).complete_to == keys[1]);
  CHECK(join_pages({other, first}).complete_to == keys[1]);

  first.complete_to = {};
  other.complete_to = {};
  const auto whole = join_pages({other, first});
  CHECK(whole.complete_to.bytes.empty());
  CHECK(whole.rows.size() == 4);
}

TEST_CASE("a page that cannot be the answer is told") {
  const auto ring = ring_of({us, second, third});
  const auto keys = keys_of(ring, {1}, 4);
  const auto elsewhere = keys_of(ring, {2}, 1).front();
  const auto row = [](const ring::Key& key) { return storage::ScannedRow{key, object({sibling(a1, "v")})}; };
  const ScanCursor from{{1}, keys[0]};
  CHECK(check_page({{row(keys[1]), row(keys[3])}, {}}, from, ring));
  CHECK(check_page({{row(keys[1])}, keys[2]}, from, ring));
  CHECK(check_page({{}, keys[1]}, from, ring));
  CHECK_FALSE(check_page({{}, keys[0]}, from, ring));                       // no way forward
  CHECK_FALSE(check_page({{row(keys[0])}, {}}, from, ring));                // not behind the cursor
  CHECK_FALSE(check_page({{row(keys[3]), row(keys[1])}, {}}, from, ring));  // out of order
  CHECK_FALSE(check_page({{row(keys[1]), row(keys[1])}, {}}, from, ring));  // twice
  CHECK_FALSE(check_page({{row(keys[3])}, keys[2]}, from, ring));           // beyond what it speaks for
  CHECK_FALSE(check_page({{row(elsewhere)}, {}}, from, ring));
  CHECK_FALSE(check_page({{}, elsewhere}, from, ring));
}
