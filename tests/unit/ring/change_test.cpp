#include "ring/change.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "members.hpp"
#include "ring/next_assignment.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

constexpr PartitionId moved{0};
constexpr PartitionId unmoved{1};

std::vector<Member> members_1_to(std::uint64_t count) {
  std::vector<Member> members;
  for (std::uint64_t id = 1; id <= count; ++id) members.push_back({.id = {id}});
  return members;
}

std::vector<Member> with(std::vector<Member> members, NodeId id, Standing standing) {
  const auto it = std::ranges::find(members, id, &Member::id);
  if (it == members.end()) {
    members.push_back({.id = id, .standing = standing});
  } else {
    it->standing = standing;
  }
  return members;
}

/// {1,2,3} for both of the two partitions, in epoch 5.
Ring three() { return *Ring::make({7}, {5}, 3, members_1_to(3), {{{1}, {2}, {3}}, {{3}, {1}, {2}}}); }
/// In the first 4 takes the place of 3, and 3 goes on with the other.
Ring four_joins() {
  return *begin_change(three(), with(members_1_to(3), {4}, Standing::joining), {{{1}, {2}, {4}}, {{3}, {1}, {2}}});
}
/// In both 4 takes the place of 3.
Ring four_replaces() {
  const auto members = with(with(members_1_to(3), {4}, Standing::joining), {3}, Standing::leaving);
  return *begin_change(three(), members, {{{1}, {2}, {4}}, {{4}, {1}, {2}}});
}

PreferenceList read_list(const Ring& ring, PartitionId partition) {
  const auto list = ring.preference_list(partition);
  return {list.begin(), list.end()};
}

bool refused(const std::vector<Member>& members, const Assignment& next) {
  const auto begun = begin_change(three(), members, next);
  return !begun && begun.error().code == ErrorCode::invalid;
}

}  // namespace

TEST_CASE("first both lists are written and the old one is read, then the new one is read, then it alone is there") {
  const Ring begun = four_joins();
  CHECK(begun.stage() == Stage::read_old);
  CHECK(read_list(begun, moved) == PreferenceList{{1}, {2}, {3}});
  CHECK(begun.newcomer(moved) == NodeId{4});
  CHECK(begun.leaver(moved) == NodeId{3});

  const Ring read_new = read_from_new(begun);
  CHECK(read_new.stage() == Stage::read_new);
  CHECK(read_list(read_new, moved) == PreferenceList{{1}, {2}, {4}});
  for (const Ring& ring : {begun, read_new}) {
    CHECK(std::ranges::equal(ring.write_lists(moved)[0], PreferenceList{{1}, {2}, {3}}));
    CHECK(std::ranges::equal(ring.write_lists(moved)[1], PreferenceList{{1}, {2}, {4}}));
  }

  const Ring over = settle(read_new);
  CHECK(over.settled());
  for (const auto list : over.write_lists(moved)) CHECK(std::ranges::equal(list, PreferenceList{{1}, {2}, {4}}));
  CHECK_FALSE(over.moving(moved));
}

TEST_CASE("every stage is an epoch, and only what moves gets it as its version") {
  const Ring begun = four_joins();
  const Ring read_new = read_from_new(begun);
  const Ring over = settle(read_new);
  const Ring given_up = abort_change(begun);
  CHECK(three().version(moved) == Epoch{5});
  CHECK(begun.epoch() == Epoch{6});
  CHECK(begun.version(moved) == Epoch{6});
  CHECK(read_new.version(moved) == Epoch{7});
  CHECK(over.version(moved) == Epoch{8});
  CHECK(given_up.version(moved) == Epoch{7});
  for (const Ring& ring : {begun, read_new, over, given_up}) CHECK(ring.version(unmoved) == Epoch{5});
}

TEST_CASE("who joins votes from when it is read, and who leaves until it owns nothing") {
  const Ring begun = four_replaces();
  CHECK(begun.voters() == std::vector<NodeId>{{1}, {2}, {3}});
  const Ring read_new = read_from_new(begun);
  CHECK(read_new.voters() == std::vector<NodeId>{{1}, {2}, {3}, {4}});
  CHECK(read_new.find({4})->standing == Standing::active);
  const Ring over = settle(read_new);
  CHECK(over.voters() == std::vector<NodeId>{{1}, {2}, {4}});
  CHECK(over.find({3}) == nullptr);
}

TEST_CASE("who leaves stays a member while it owns something") {
  const auto members = with(with(members_1_to(3), {4}, Standing::joining), {3}, Standing::leaving);
  const Ring half = settle(read_from_new(*begin_change(three(), members, {{{1}, {2}, {4}}, {{3}, {1}, {2}}})));
  CHECK(half.find({3})->standing == Standing::leaving);
}

TEST_CASE("a change that is given up leaves everything as it was, but for the epoch") {
  for (const Ring& begun : {four_joins(), four_replaces()}) {
    const Ring after = abort_change(begun);
    CHECK(after.settled());
    CHECK(after.epoch() == Epoch{7});
    CHECK(after.parts().present == three().parts().present);
    CHECK(std::ranges::equal(after.members(), three().members()));
  }
}

TEST_CASE("a change that moves nothing is over at once") {
  auto members = with(members_1_to(3), {4}, Standing::joining);
  members[0].weight = 3;
  const Ring after = *begin_change(three(), members, {{{2}, {1}, {3}}, {{3}, {1}, {2}}});  // Another order is no move.
  CHECK(after.settled());
  CHECK(after.epoch() == Epoch{6});
  CHECK(after.version(moved) == Epoch{5});
  CHECK(after.find({1})->weight == 3);
  CHECK(after.find({4})->standing == Standing::active);
  CHECK(read_list(after, moved) == PreferenceList{{2}, {1}, {3}});

  const auto leaving = with(members_1_to(4), {4}, Standing::leaving);
  CHECK(begin_change(after, leaving, after.parts().present)->find({4}) == nullptr);
}

TEST_CASE("a change begins with all members of before, with new ones that join, and with moves of one place") {
  const auto joined = with(members_1_to(3), {4}, Standing::joining);
  const Assignment next{{{1}, {2}, {4}}, {{3}, {1}, {2}}};
  CHECK_FALSE(refused(joined, next));
  CHECK(refused(with(members_1_to(3), {4}, Standing::active), next));
  CHECK(refused(with(members_1_to(3), {4}, Standing::leaving), next));
  CHECK(refused(with(joined, {1}, Standing::joining), next));
  CHECK(refused({joined[0], joined[1], joined[3]}, {{{1}, {2}, {4}}, {{4}, {1}, {2}}}));
  CHECK(refused(with(joined, {5}, Standing::joining), {{{1}, {5}, {4}}, {{3}, {1}, {2}}}));
  CHECK(refused(joined, {{{1}, {2}, {4}}}));
  CHECK(refused(joined, {}));
  CHECK(refused(joined, {{{1}}, {{1}}}));
}

TEST_CASE("of two rings the second follows if its stage is the next, and only then") {
  const std::vector<Ring> rings{three(),
                                four_joins(),
                                read_from_new(four_joins()),
                                settle(read_from_new(four_joins())),
                                abort_change(four_joins()),
                                four_replaces()};
  const std::vector<std::pair<std::size_t, std::size_t>> allowed{{0, 1}, {1, 2}, {2, 3}, {1, 4}, {0, 5}};
  for (std::size_t ring = 0; ring < rings.size(); ++ring)
    for (std::size_t next = 0; next < rings.size(); ++next) {
      CAPTURE(ring);
      CAPTURE(next);
      CHECK(may_follow(rings[ring], rings[next]) == (std::ranges::count(allowed, std::pair(ring, next)) == 1));
    }
}

TEST_CASE("what follows in all but one thing does not follow") {
  const Ring begun = four_joins();
  const Ring read_new = read_from_new(begun);
  const std::vector<std::pair<Ring, Ring>> steps{
      {three(), begun}, {begun, read_new}, {read_new, settle(read_new)}, {begun, abort_change(begun)}};
  const auto damages = std::to_array<void (*)(RingParts&)>({
      [](RingParts& parts) { parts.cluster = {8}; },
      [](RingParts& parts) { ++parts.epoch.value; },
      [](RingParts& parts) { --parts.epoch.value; },
      [](RingParts& parts) { parts.replicas = 4; },
      [](RingParts& parts) { parts.members.push_back({.id = {9}}); },
      [](RingParts& parts) { parts.members[0].standing = Standing::joining; },
      [](RingParts& parts) { parts.versions[unmoved.value] = parts.epoch; },
      [](RingParts& parts) { parts.versions[moved.value] = {5}; },
      [](RingParts& parts) { std::swap(parts.present[1][0], parts.present[1][1]); },
      [](RingParts& parts) { parts.present.push_back(parts.present[0]); },
  });
  for (const auto& [ring, next] : steps) {
    CHECK(may_follow(ring, next));
    for (std::size_t i = 0; i < damages.size(); ++i) {
      CAPTURE(i);
      RingParts parts = next.parts();
      damages[i](parts);
      const auto damaged = Ring::make(std::move(parts));
      CHECK_FALSE((damaged && may_follow(ring, *damaged)));
    }
  }
}

TEST_CASE("after a change that moves nothing nobody is joining, and who owns nothing has left") {
  const auto follows = [](std::vector<Member> members) {
    RingParts parts = three().parts();
    ++parts.epoch.value;
    parts.members = std::move(members);
    return may_follow(three(), *Ring::make(std::move(parts)));
  };
  CHECK(follows(members_1_to(3)));
  CHECK(follows(members_1_to(4)));
  CHECK(follows(with(members_1_to(3), {3}, Standing::leaving)));
  CHECK_FALSE(follows(with(members_1_to(4), {4}, Standing::joining)));
  CHECK_FALSE(follows(with(members_1_to(4), {4}, Standing::leaving)));
  CHECK_FALSE(follows(with(members_1_to(4), {3}, Standing::joining)));
}

TEST_CASE("whatever changes: each ring follows the one before, and versions grow with what moves") {
  CHECK(rc::check([] {
    const std::vector<Member> members = arbitrary_members();
    const auto partitions = *rc::gen::element<std::uint32_t>(1, 8, 64);
    const auto replicas = *rc::gen::inRange<std::uint32_t>(1, 5);
    const Ring ring = *Ring::make({7}, {3}, replicas, members, *plan(members, partitions, replicas));
    std::vector<Member> goal(ring.members().begin(), ring.members().end());
    if (goal.size() > 1 && *rc::gen::arbitrary<bool>()) goal.back().standing = Standing::leaving;
    for (auto joining = *rc::gen::inRange<std::uint64_t>(0, 4); joining > 0; --joining)
      goal.push_back({.id = {1'000'000 + joining}, .standing = Standing::joining});

    const Ring begun = *begin_change(ring, goal, *next_assignment(ring, goal));
    RC_ASSERT(may_follow(ring, begun));
    if (begun.settled()) return;
    const Ring read_new = read_from_new(begun);
    RC_ASSERT(may_follow(begun, read_new));
    RC_ASSERT(may_follow(begun, abort_change(begun)));
    RC_ASSERT(may_follow(read_new, settle(read_new)));
    for (const Ring& stage : {begun, read_new, settle(read_new), abort_change(begun)})
      for (std::uint16_t p = 0; p < partitions; ++p)
        RC_ASSERT(stage.version({p}) == (begun.moving({p}) ? stage.epoch() : ring.version({p})));
    RC_ASSERT(abort_change(begun).parts().present == ring.parts().present);
  }));
}
