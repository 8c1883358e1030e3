#include "ring/lineage.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "members.hpp"
#include "ring/balance.hpp"
#include "ring/change.hpp"
#include "ring/next_assignment.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

constexpr LineageId one{11};
constexpr LineageId another{22};

Ring ring_of(std::size_t members, std::size_t zones = 1) {
  const auto all = members_in_zones(members, zones);
  return *Ring::make({7}, {5}, 3, all, *plan(all, 64, 3));
}

std::vector<NodeId> some_of(const Ring& ring, std::size_t count) {
  std::vector<NodeId> some;
  for (std::size_t i = 0; i < count; ++i) some.push_back(ring.members()[i].id);
  return some;
}

bool is_in(std::span<const NodeId> nodes, NodeId node) { return std::ranges::find(nodes, node) != nodes.end(); }

}  // namespace

TEST_CASE("whoever is left keeps the partitions that it had, and takes the places of those that are gone") {
  CHECK(rc::check([] {
    const Ring before = ring_of(*rc::gen::inRange<std::size_t>(1, 12), *rc::gen::inRange<std::size_t>(1, 4));
    const auto gone = some_of(before, *rc::gen::inRange<std::size_t>(0, before.members().size()));
    const auto after = begin_lineage(before, gone, one);
    RC_ASSERT(after);
    RC_ASSERT(after->settled());
    RC_ASSERT(after->members().size() == before.members().size() - gone.size());
    for (std::uint32_t p = 0; p < before.partitions(); ++p) {
      const PartitionId partition{static_cast<std::uint16_t>(p)};
      RC_ASSERT(after->version(partition) == after->epoch());
      for (const NodeId owner : before.preference_list(partition))
        RC_ASSERT(is_in(gone, owner) || after->owns(owner, partition));
    }
    RC_ASSERT(begins_lineage(before, *after));
    RC_ASSERT(descends(*after, before));
    RC_ASSERT(!may_follow(before, *after));
    const auto again = decode_ring(encode(*after));
    RC_ASSERT(again && *again == *after);
  }));
}

TEST_CASE("free places go to those that have least, and to other zones first") {
  const Ring before = ring_of(9);
  const auto after = begin_lineage(before, some_of(before, 5), one);
  REQUIRE(after);
  std::uint32_t least = 64, most = 0;
  for (const auto& [node, load] : loads_of(after->parts().present)) {
    least = std::min(least, load);
    most = std::max(most, load);
  }
  CHECK(most - least <= 1);
  const Ring zoned = ring_of(9, 3);
  const auto spread = begin_lineage(zoned, some_of(zoned, 5), one);
  REQUIRE(spread);
  CHECK(zones_spanned(spread->parts().present, spread->members()) >= 2);
}

TEST_CASE("of a ring that was changing the newcomers stay too, with what they have got") {
  const Ring settled = ring_of(3);
  std::vector<Member> members(settled.members().begin(), settled.members().end());
  members.push_back({.id = {1}, .zone = "zone-0", .standing = Standing::joining});
  const Ring changing = *begin_change(settled, members, *next_assignment(settled, members));
  const PartitionId moving = changing.moving_partitions().front();
  REQUIRE(changing.newcomer(moving) == NodeId{1});
  std::vector<NodeId> gone;
  for (const Member& member : settled.members()) gone.push_back(member.id);
  const auto after = begin_lineage(changing, gone, one);
  REQUIRE(after);
  CHECK(after->members().front() == Member{.id = {1}, .zone = "zone-0"});
  CHECK(after->owns({1}, moving));
  CHECK(losses(changing, gone).incomplete == changing.moving_partitions().size());
  CHECK(losses(changing, gone).gone == 64 - changing.moving_partitions().size());
}

TEST_CASE("every ring of a new lineage is newer than all of the old one") {
  const Ring before = ring_of(5);
  const Ring after = *begin_lineage(before, some_of(before, 3), one);
  CHECK(lineage_of(before.epoch()) == 0);
  CHECK(lineage_of(after.epoch()) == 1);
  const Ring third = *begin_lineage(after, some_of(after, 1), another);
  CHECK(lineage_of(third.epoch()) == 2);
  CHECK(third.epoch() > after.epoch());
  CHECK(third.lineages().size() == 2);
  CHECK(descends(third, before));
  CHECK(descends(third, after));
  CHECK_FALSE(descends(after, third));
}

TEST_CASE("of two lineages that were begun apart neither comes after the other, however far they go") {
  const Ring before = ring_of(4);
  const auto some = some_of(before, 2);
  std::vector<NodeId> others;
  for (const Member& member : before.members())
    if (!is_in(some, member.id)) others.push_back(member.id);
  const Ring mine = *begin_lineage(before, some, one);
  const Ring theirs = *begin_lineage(before, others, another);
  CHECK(mine.epoch() != theirs.epoch());
  CHECK_FALSE(descends(mine, theirs));
  CHECK_FALSE(descends(theirs, mine));
  const Ring further = *begin_lineage(theirs, some_of(theirs, 1), {33});
  CHECK_FALSE(descends(further, mine));
  CHECK_FALSE(begins_lineage(mine, further));
}

TEST_CASE("what is lost is counted: partitions of which nothing is left, and those whose latest writes may be") {
  const std::vector<Member> members{{.id = {1}}, {.id = {2}}, {.id = {3}}, {.id = {4}}, {.id = {5}}};
  const Ring ring =
      *Ring::make({7}, {5}, 3, members, {{{1}, {2}, {3}}, {{3}, {4}, {5}}, {{1}, {3}, {4}}, {{1}, {2}, {5}}});
  const std::array<NodeId, 3> gone{NodeId{3}, NodeId{4}, NodeId{5}};
  CHECK(losses(ring, gone).gone == 1);
  CHECK(losses(ring, gone).incomplete == 1);
  CHECK(losses(ring, {}).gone + losses(ring, {}).incomplete == 0);
}

TEST_CASE("nobody is named who is no member, and somebody must be left") {
  const Ring ring = ring_of(3);
  CHECK(begin_lineage(ring, std::array{NodeId{1}}, one).error().code == ErrorCode::invalid);
  CHECK(begin_lineage(ring, some_of(ring, 3), one).error().code == ErrorCode::invalid);
}

TEST_CASE("a ring names exactly the lineages that its epoch counts") {
  RingParts parts = begin_lineage(ring_of(3), some_of(ring_of(3), 2), one)->parts();
  REQUIRE(Ring::make(parts));
  parts.lineages.push_back(another);
  CHECK_FALSE(Ring::make(parts));
  parts.lineages.clear();
  CHECK_FALSE(Ring::make(parts));
  Bytes bytes = encode(*begin_lineage(ring_of(3), some_of(ring_of(3), 2), one));
  bytes.pop_back();
  CHECK_FALSE(decode_ring(bytes));
}
