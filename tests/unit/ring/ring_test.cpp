#include "ring/ring.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>

#include "base/byte_stream.hpp"
#include "members.hpp"
#include "ring/change.hpp"
#include "ring/next_assignment.hpp"
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

/// From {1,2,3} for both partitions: in the first 4 takes the place of 2, in the second nothing moves.
RingParts changing_parts(Stage stage) {
  return {.cluster = cluster,
          .epoch = {9},
          .replicas = 3,
          .stage = stage,
          .members = {{.id = {1}},
                      {.id = {2}, .standing = Standing::leaving},
                      {.id = {3}},
                      {.id = {4}, .standing = stage == Stage::read_old ? Standing::joining : Standing::active}},
          .present = {{{1}, {2}, {3}}, {{2}, {3}, {1}}},
          .next = {{{1}, {4}, {3}}, {{2}, {3}, {1}}},
          .versions = {{9}, {4}}};
}

Ring changing(Stage stage) { return *Ring::make(changing_parts(stage)); }

/// Two lists, of which the next one takes this one's place.
bool refused(const PreferenceList& present, const PreferenceList& next) {
  RingParts parts = changing_parts(Stage::read_old);
  parts.present = {present};
  parts.next = {next};
  parts.versions = {};
  const auto ring = Ring::make(std::move(parts));
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

TEST_CASE("lists of a cluster that grows may be shorter than they are to be") {
  CHECK_FALSE(refused(3, {{{1}}, {{2}}}));
  CHECK_FALSE(refused(3, {{{1}, {2}}, {{2}, {3}}}));
  CHECK(refused(3, {{}, {}}));
}

TEST_CASE("in a change a list gets one member, or loses one, or both") {
  CHECK_FALSE(refused({{1}, {2}, {3}}, {{1}, {2}, {4}}));
  CHECK_FALSE(refused({{1}, {2}}, {{1}, {2}, {4}}));
  CHECK_FALSE(refused({{1}, {2}, {3}}, {{3}, {2}}));
  CHECK_FALSE(refused({{1}}, {{2}}));
  CHECK_FALSE(refused({{1}, {2}, {3}}, {{3}, {1}, {2}}));
  CHECK(refused({{1}, {2}, {3}}, {{1}, {4}}));  // A list that shrinks loses one and gets none.
  CHECK(refused({{1}, {2}}, {{3}, {4}}));
  CHECK(refused({{1}}, {{1}, {2}, {3}}));
  CHECK(refused({{1}, {2}, {3}}, {{1}}));
  CHECK(refused({{1}, {2}, {3}}, {{1}, {2}, {5}}));
}

TEST_CASE("a ring has a next assignment while it changes, and versions that have been") {
  const auto invalid = [](auto damage) {
    RingParts parts = changing_parts(Stage::read_old);
    damage(parts);
    const auto ring = Ring::make(std::move(parts));
    return !ring && ring.error().code == ErrorCode::invalid;
  };
  CHECK_FALSE(invalid([](RingParts&) {}));
  CHECK(invalid([](RingParts& parts) { parts.stage = Stage::settled; }));
  CHECK(invalid([](RingParts& parts) { parts.next.clear(); }));
  CHECK(invalid([](RingParts& parts) { parts.next.pop_back(); }));
  CHECK(invalid([](RingParts& parts) { parts.next[1].pop_back(); }));
  CHECK(invalid([](RingParts& parts) { parts.versions.pop_back(); }));
  CHECK(invalid([](RingParts& parts) { parts.versions[0] = {0}; }));
  CHECK(invalid([](RingParts& parts) { parts.versions[0] = {10}; }));
}

TEST_CASE("who is joining owns nothing yet, and only a change that has just begun has such") {
  const auto valid = [](Stage stage, NodeId joining) {
    RingParts parts = changing_parts(stage);
    std::ranges::find(parts.members, joining, &Member::id)->standing = Standing::joining;
    return Ring::make(std::move(parts)).has_value();
  };
  CHECK(valid(Stage::read_old, {4}));
  CHECK_FALSE(valid(Stage::read_old, {3}));
  CHECK_FALSE(valid(Stage::read_new, {4}));
  CHECK_FALSE(Ring::make(cluster, founding, 1, {{.id = {1}}, {.id = {2}, .standing = Standing::joining}}, {{{1}}}));
}

TEST_CASE("while a partition moves it has two lists that are written, and one that is read") {
  for (const Stage stage : {Stage::read_old, Stage::read_new}) {
    const Ring ring = changing(stage);
    CHECK(std::ranges::equal(ring.write_lists({0})[0], PreferenceList{{1}, {2}, {3}}));
    CHECK(std::ranges::equal(ring.write_lists({0})[1], PreferenceList{{1}, {4}, {3}}));
    CHECK(ring.newcomer({0}) == NodeId{4});
    CHECK(ring.leaver({0}) == NodeId{2});
    CHECK(ring.moving_partitions() == std::vector<PartitionId>{{0}});
    for (const auto list : ring.write_lists({1})) CHECK(std::ranges::equal(list, PreferenceList{{2}, {3}, {1}}));
    CHECK_FALSE(ring.moving({1}));
  }
  const Ring read_old = changing(Stage::read_old);
  CHECK(std::ranges::equal(read_old.preference_list({0}), PreferenceList{{1}, {2}, {3}}));
  CHECK(read_old.owners({0}) == PreferenceList{{1}, {2}, {3}, {4}});
  const Ring read_new = changing(Stage::read_new);
  CHECK(std::ranges::equal(read_new.preference_list({0}), PreferenceList{{1}, {4}, {3}}));
  CHECK(read_new.owners({0}) == PreferenceList{{1}, {4}, {3}, {2}});
}

TEST_CASE("whoever takes writes of a partition owns it, and those who share one are neighbours") {
  const Ring ring = changing(Stage::read_old);
  for (std::uint64_t id = 1; id <= 4; ++id) CHECK(ring.owns({id}, {0}));
  CHECK_FALSE(ring.owns({4}, {1}));
  CHECK(ring.partitions_of({4}) == std::vector<PartitionId>{{0}});
  CHECK(ring.neighbours_of({4}) == std::vector<NodeId>{{1}, {2}, {3}});
  CHECK(ring.neighbours_of({2}) == std::vector<NodeId>{{1}, {3}, {4}});
}

TEST_CASE("who is joining does not vote yet, and who is leaving still does") {
  CHECK(changing(Stage::read_old).voters() == std::vector<NodeId>{{1}, {2}, {3}});
}

TEST_CASE("partitions have the versions they are given, or else the ring's epoch") {
  CHECK(changing(Stage::read_old).version({0}) == Epoch{9});
  CHECK(changing(Stage::read_old).version({1}) == Epoch{4});
  CHECK(ring_of(members_in_zones(3, 1), 4, 3).version({2}) == founding);
}

TEST_CASE("a ring is made again from its parts") {
  for (const Stage stage : {Stage::read_old, Stage::read_new})
    CHECK(*Ring::make(changing(stage).parts()) == changing(stage));
  const Ring settled = ring_of(members_in_zones(5, 2), 16, 3);
  CHECK(*Ring::make(settled.parts()) == settled);
}

TEST_CASE("a ring needs an id, an epoch and distinct members") {
  const std::vector<PreferenceList> lists{{{1}}};
  CHECK_FALSE(Ring::make({}, founding, 1, {{.id = {1}}}, lists));
  CHECK_FALSE(Ring::make(cluster, {}, 1, {{.id = {1}}}, lists));
  CHECK_FALSE(Ring::make(cluster, {std::numeric_limits<std::uint64_t>::max()}, 1, {{.id = {1}}}, lists));
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

TEST_CASE("a ring that changes is read back from its bytes") {
  CHECK(rc::check([] {
    std::vector<Member> members = arbitrary_members();
    const Ring settled = ring_of(members, *rc::gen::element<std::uint32_t>(1, 5, 256),
                                 *rc::gen::inRange<std::uint32_t>(1, replicas_max + 1));
    members.push_back({.id = {1'000'000}, .standing = Standing::joining});
    if (*rc::gen::arbitrary<bool>()) members.front().standing = Standing::leaving;
    const Ring begun = *begin_change(settled, members, *next_assignment(settled, members));
    for (const Ring& ring : {begun, begun.settled() ? begun : read_from_new(begun)}) {
      const auto back = decode_ring(encode(ring));
      RC_ASSERT(back.has_value());
      RC_ASSERT(*back == ring);
    }
  }));
}

TEST_CASE("bytes that were damaged are refused, or are another ring's") {
  const std::vector<Bytes> whole{encode(ring_of(members_in_zones(4, 2), 8, 3)), encode(changing(Stage::read_new))};
  CHECK(rc::check([&] {
    Bytes damaged = *rc::gen::elementOf(whole);
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
  for (const Bytes& bytes : {encode(ring_of(members_in_zones(4, 2), 8, 3)), encode(changing(Stage::read_old))}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_ring(BytesView(bytes).substr(0, size)));
    CHECK_FALSE(decode_ring(bytes + '\0'));
  }
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
