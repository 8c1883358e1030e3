#include "ring/ring.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <limits>

#include "base/byte_stream.hpp"
#include "members.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

constexpr ClusterId cluster{77};
constexpr Epoch founding{1};

Ring ring_of(std::vector<Member> members, std::uint32_t partitions, std::uint32_t replicas) {
  const auto assignment = plan(members, partitions, replicas);
  REQUIRE(assignment.has_value());
  auto ring = Ring::make(cluster, founding, replicas, std::move(members), *assignment);
  REQUIRE(ring.has_value());
  return *std::move(ring);
}

bool refused(std::uint32_t replicas, const std::vector<PreferenceList>& lists) {
  const auto ring = Ring::make(cluster, founding, replicas, {{.id = {1}}, {.id = {2}}, {.id = {3}}}, lists);
  return !ring && ring.error().code == ErrorCode::invalid;
}

}  // namespace

TEST_CASE("partitions cut the hash space without gaps, in token order") {
  for (const std::uint32_t partitions : {1U, 2U, 3U, 7U, 256U, 1000U, 4095U, 4096U}) {
    const Ring ring = ring_of(members_in_zones(3, 1), partitions, 3);
    std::uint64_t next = 0;
    for (std::uint32_t p = 0; p < partitions; ++p) {
      const PartitionId partition{static_cast<std::uint16_t>(p)};
      CHECK(ring.first_token(partition).value == next);
      CHECK(ring.partition_of(ring.first_token(partition)) == partition);
      CHECK(ring.partition_of(ring.last_token(partition)) == partition);
      next = ring.last_token(partition).value + 1;
    }
    CHECK(next == 0);  // The last token of the last partition is the last there is.
  }
}

TEST_CASE("a ring refuses lists that are too short, too long, of strangers or of twins") {
  CHECK_FALSE(refused(2, {{{1}, {2}}, {{3}, {1}}}));
  CHECK_FALSE(refused(5, {{{1}, {2}, {3}}}));
  CHECK(refused(2, {{{1}, {2}}, {{3}}}));
  CHECK(refused(2, {{{1}, {2}, {3}}}));
  CHECK(refused(2, {{{1}, {4}}}));
  CHECK(refused(2, {{{1}, {1}}}));
  CHECK(refused(2, {}));
  CHECK(refused(0, {{}}));
  CHECK(refused(replicas_max + 1, {{{1}, {2}, {3}}}));
  CHECK(refused(1, std::vector<PreferenceList>(partitions_max + 1, PreferenceList{{1}})));
}

TEST_CASE("a ring needs an id, an epoch and distinct members") {
  const std::vector<PreferenceList> lists{{{1}}};
  CHECK_FALSE(Ring::make({}, founding, 1, {{.id = {1}}}, lists));
  CHECK_FALSE(Ring::make(cluster, {}, 1, {{.id = {1}}}, lists));
  CHECK_FALSE(Ring::make(cluster, founding, 1, {{.id = {1}}, {.id = {1}}}, lists));
}

TEST_CASE("the order in which members are named makes no difference") {
  const std::vector<PreferenceList> lists{{{1}, {2}}};
  const auto ring = Ring::make(cluster, founding, 2, {{.id = {1}}, {.id = {2}}}, lists);
  const auto other = Ring::make(cluster, founding, 2, {{.id = {2}}, {.id = {1}}}, lists);
  CHECK(*ring == *other);
  CHECK(encode(*ring) == encode(*other));
}

TEST_CASE("who owns a partition, what a member owns and with whom it shares agree") {
  const Ring ring = ring_of(members_in_zones(9, 3), 32, 3);
  for (const Member& member : ring.members()) {
    std::vector<PartitionId> owned;
    std::vector<NodeId> neighbours;
    for (std::uint16_t p = 0; p < 32; ++p) {
      const auto list = ring.preference_list({p});
      const bool owner = std::ranges::count(list, member.id) == 1;
      CHECK(ring.owns(member.id, {p}) == owner);
      if (!owner) continue;
      owned.push_back({p});
      neighbours.insert(neighbours.end(), list.begin(), list.end());
    }
    std::ranges::sort(neighbours);
    neighbours.erase(std::ranges::unique(neighbours).begin(), neighbours.end());
    std::erase(neighbours, member.id);
    CHECK(ring.partitions_of(member.id) == owned);
    CHECK(ring.neighbours_of(member.id) == neighbours);
    CHECK(ring.find(member.id)->zone == member.zone);
  }
  CHECK(ring.find({12345}) == nullptr);
  CHECK(ring.partitions_of({12345}).empty());
}

TEST_CASE("a ring is read back from its bytes") {
  CHECK(rc::check([] {
    const Ring ring = ring_of(arbitrary_members(), *rc::gen::element<std::uint32_t>(1, 5, 256),
                              *rc::gen::inRange<std::uint32_t>(1, replicas_max + 1));
    const Bytes bytes = encode(ring);
    const auto back = decode_ring(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == ring);
    RC_ASSERT(encode(*back) == bytes);
  }));
}

TEST_CASE("bytes that were damaged are refused, or are another ring's") {
  const Bytes bytes = encode(ring_of(members_in_zones(4, 2), 8, 3));
  CHECK(rc::check([&] {
    Bytes damaged = bytes;
    const auto changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i)
      damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())] = *rc::gen::arbitrary<char>();
    if (*rc::gen::arbitrary<bool>()) damaged.resize(*rc::gen::inRange<std::size_t>(0, damaged.size() + 3));
    const auto ring = decode_ring(damaged);
    if (ring)
      RC_ASSERT(encode(*ring) == damaged);
    else
      RC_ASSERT(ring.error().code == ErrorCode::malformed);
  }));
}

TEST_CASE("every shortening of a ring's bytes is malformed, and so is one byte more") {
  const Bytes bytes = encode(ring_of(members_in_zones(4, 2), 8, 3));
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_ring(BytesView(bytes).substr(0, size)));
  CHECK_FALSE(decode_ring(bytes + '\0'));
}

TEST_CASE("numbers too large for their places are malformed, not cut to fit") {
  const auto ring = [](std::uint64_t replicas, std::uint64_t weight, std::uint64_t owner) {
    ByteWriter out(64);
    out.byte(2);  // the format
    out.fixed64(cluster.value);
    out.varint(founding.value);
    out.varint(replicas);
    out.byte(0);    // settled
    out.varint(1);  // one member
    out.fixed64(9);
    out.sized_bytes("zone");
    out.varint(weight);
    out.byte(0);    // active
    out.varint(1);  // one partition
    out.varint(0);  // as old as the ring
    out.varint(1);  // one place
    out.varint(owner);
    return std::move(out).take();
  };
  constexpr std::uint64_t wrapped = std::uint64_t{1} << 32;
  CHECK(decode_ring(ring(3, 1, 0)).has_value());
  CHECK_FALSE(decode_ring(ring(wrapped + 3, 1, 0)));
  CHECK_FALSE(decode_ring(ring(3, wrapped + 1, 0)));
  CHECK_FALSE(decode_ring(ring(3, 1, 1)));
}
