#include "ring/next_assignment.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <tuple>

#include "base/random.hpp"
#include "members.hpp"
#include "ring/balance.hpp"
#include "ring/change.hpp"
#include "ring/loads.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

Ring founded(const std::vector<Member>& members, std::uint32_t partitions, std::uint32_t replicas) {
  const auto assignment = plan(members, partitions, replicas);
  REQUIRE(assignment.has_value());
  auto ring = Ring::make({77}, {1}, replicas, members, *assignment);
  REQUIRE(ring.has_value());
  return *std::move(ring);
}

/// As whoever drives a change names them: who is new joins, who has gone is not named any more.
std::vector<Member> named_for(const Ring& ring, std::vector<Member> goal) {
  std::erase_if(goal, [&](const Member& m) { return m.standing == Standing::leaving && ring.find(m.id) == nullptr; });
  for (Member& member : goal)
    if (member.standing != Standing::leaving)
      member.standing = ring.find(member.id) == nullptr ? Standing::joining : Standing::active;
  return goal;
}

struct Series {
  Ring ring;
  std::size_t steps{};
  std::size_t moves{};
  bool lists_kept_long{true};  ///< none was ever shorter than at the beginning and at the end
};

/// All changes that lead to where `goal` belongs, each through its stages.
Series changed(const Ring& from, const std::vector<Member>& goal) {
  Series series{.ring = from};
  std::vector<std::size_t> lengths;
  for (;;) {
    const std::vector<Member> members = named_for(series.ring, goal);
    const auto next = next_assignment(series.ring, goal);
    REQUIRE(next.has_value());
    const auto begun = begin_change(series.ring, members, *next);
    REQUIRE(begun.has_value());  // Which checks the one place, the lengths and the members.
    lengths.push_back(next->front().size());
    if (begun->settled()) {
      series.ring = *begun;
      break;
    }
    for (const PartitionId p : begun->moving_partitions()) series.moves += begun->newcomer(p).has_value();
    series.ring = settle(read_from_new(*begun));
    ++series.steps;
    REQUIRE(series.steps <= 64);
  }
  const std::size_t short_end = std::min(from.parts().present.front().size(), lengths.back());
  series.lists_kept_long = *std::ranges::min_element(lengths) >= short_end;
  REQUIRE(next_assignment(series.ring, goal) == series.ring.parts().present);
  return series;
}

std::vector<Member> staying(std::vector<Member> members) {
  std::erase_if(members, [](const Member& member) { return member.standing == Standing::leaving; });
  std::ranges::sort(members, {}, [](const Member& member) { return std::tie(member.zone, member.id); });
  return members;
}

bool within(const Bounds& bounds, std::uint64_t number) { return bounds.least <= number && number <= bounds.most; }

/// Which of plan()'s guarantees 1 and 2 the lists break that are to be those of this goal; empty if none.
std::string unfairly_spread(const Ring& ring, const std::vector<Member>& goal) {
  const std::vector<Member> members = staying(goal);
  const auto zones = zones_of(members);
  const auto length = static_cast<std::uint32_t>(std::min<std::size_t>(ring.replicas(), members.size()));
  const FairBounds fair = fair_bounds(members, zones, ring.partitions(), length);
  const Assignment lists = ring.parts().present;
  if (ring.members().size() != members.size()) return "somebody is a member who should not be";
  if (lists.front().size() != length) return "the lists are too short or too long";
  auto loads = loads_of(lists);
  for (std::size_t m = 0; m < members.size(); ++m)
    if (!within(fair.loads[m], loads[members[m].id])) return to_string(members[m].id) + " has an unfair load";
  if (zones_spanned(lists, members) != std::min<std::size_t>(zones.size(), length)) return "a list spans too few zones";
  for (std::size_t z = 0; z < zones.size(); ++z)
    for (const PreferenceList& list : lists) {
      const auto places = std::ranges::count_if(
          list, [&](NodeId owner) { return ring.find(owner)->zone == members[zones[z].first].zone; });
      if (!within(fair.spread[z], static_cast<std::uint64_t>(places))) return "a list is spread unevenly";
    }
  return {};
}

/// The same with guarantee 3, for the ring in which a series of changes ended.
std::string unfair(const Ring& ring, const std::vector<Member>& goal) {
  const Assignment lists = ring.parts().present;
  const auto length = static_cast<std::uint32_t>(lists.front().size());
  std::map<NodeId, std::uint32_t> firsts;
  for (const PreferenceList& list : lists) ++firsts[list.front()];
  for (const auto& [owner, load] : loads_of(lists))
    if (!within({load / length, (load + length - 1) / length}, firsts[owner]))
      return to_string(owner) + " is first too often or too rarely";
  return unfairly_spread(ring, goal);
}

/// Another cluster: some leave, some join, weights and even zones change.
std::vector<Member> arbitrary_goal(const Ring& ring, std::uint64_t& last_id) {
  std::vector<Member> goal(ring.members().begin(), ring.members().end());
  const auto often = *rc::gen::element<std::uint64_t>(0, 1, 5, 50, 95);  // per cent
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  for (Member& member : goal) {
    if (random.chance(often, 100)) member.standing = Standing::leaving;
    if (random.chance(often, 1000)) member.weight = static_cast<std::uint32_t>(random.below(9) + 1);
    if (random.chance(often, 1000)) member.zone = std::to_string(random.below(4));
  }
  const auto joining = *rc::gen::element<std::size_t>(0, 1, 2, 10, 30);
  for (std::size_t i = 0; i < joining && goal.size() < 100; ++i)
    goal.push_back({.id = {++last_id}, .zone = std::to_string(random.below(5)), .standing = Standing::joining});
  if (staying(goal).empty()) goal.front().standing = Standing::active;
  return goal;
}

/// All lists of this length, each in the order of the members.
std::vector<PreferenceList> all_lists(const std::vector<Member>& members, std::size_t length) {
  std::vector<PreferenceList> lists;
  for (unsigned chosen = 0; chosen < 1U << members.size(); ++chosen) {
    PreferenceList& list = lists.emplace_back();
    for (std::size_t m = 0; m < members.size(); ++m)
      if ((chosen >> m & 1U) != 0) list.push_back(members[m].id);
    if (list.size() != length) lists.pop_back();
  }
  return lists;
}

/// How many places the fair assignment has that are new, where that is fewest. Tries all.
std::size_t moves_of_closest(const Ring& ring, const std::vector<Member>& goal) {
  const std::vector<Member> members = staying(goal);
  const auto lists = all_lists(members, std::min<std::size_t>(ring.replicas(), members.size()));
  const Assignment present = ring.parts().present;
  std::size_t fewest = SIZE_MAX;
  std::size_t tried = 1;
  for (std::uint32_t p = 0; p < ring.partitions(); ++p) tried *= lists.size();
  for (std::size_t number = 0; number < tried; ++number) {
    Assignment assignment;
    std::size_t moves = 0;
    for (std::size_t rest = number; assignment.size() < present.size(); rest /= lists.size()) {
      const PreferenceList& before = present[assignment.size()];
      assignment.push_back(lists[rest % lists.size()]);
      moves += static_cast<std::size_t>(std::ranges::count_if(
          assignment.back(), [&](NodeId owner) { return std::ranges::count(before, owner) == 0; }));
    }
    if (moves >= fewest) continue;
    const Ring there = *Ring::make(ring.cluster(), ring.epoch(), ring.replicas(), members, assignment);
    if (unfairly_spread(there, goal).empty()) fewest = moves;
  }
  return fewest;
}

std::vector<Member> first_of(std::vector<Member> members, std::size_t count) {
  members.resize(count);
  return members;
}

}  // namespace

TEST_CASE("a series of changes leads from any cluster to any other, and ends fair") {
  CHECK(rc::check([] {
    std::uint64_t last_id = 1'000'000;
    Ring ring = founded(arbitrary_members(), *rc::gen::element<std::uint32_t>(1, 2, 7, 16, 100, 256),
                        *rc::gen::inRange<std::uint32_t>(1, 6));
    for (int i = 0; i < 3; ++i) {
      const std::vector<Member> goal = arbitrary_goal(ring, last_id);
      const std::size_t least = moves_least(ring, goal);
      const auto length = ring.parts().present.front().size();
      const Series series = changed(ring, goal);
      const auto places = std::max(length, series.ring.parts().present.front().size());
      RC_LOG() << series.steps << " steps, " << series.moves << " moves, at least " << least << '\n';
      RC_ASSERT(series.steps <= places + 1);
      RC_ASSERT(series.lists_kept_long);
      RC_ASSERT(series.moves >= least);
      RC_ASSERT(unfair(series.ring, goal) == "");
      ring = series.ring;
    }
  }));
}

TEST_CASE("a cluster grows from one to thirty, each time with no more moves than fair loads ask for") {
  for (const std::size_t zones : {1U, 3U, 5U}) {
    const auto members = members_in_zones(30, zones);
    Ring ring = founded(first_of(members, 1), 256, 3);
    for (std::size_t count = 2; count <= 30; ++count) {
      const std::vector<Member> goal = first_of(members, count);
      const std::size_t least = moves_least(ring, goal);
      const Series series = changed(ring, goal);
      CHECK(series.moves == least);
      CHECK(series.steps == 1);
      ring = series.ring;
    }
    CHECK(unfair(ring, members) == "");
  }
}

TEST_CASE("thirty that join one at once take a change for each place of a list") {
  const auto members = members_in_zones(31, 4);
  const Ring alone = founded(first_of(members, 1), 256, 3);
  const Series series = changed(alone, members);
  CHECK(series.steps == 3);
  CHECK(series.moves == moves_least(alone, members));
  CHECK(unfair(series.ring, members) == "");
  // What is left of one list is mixed, too: whoever fails leaves its work to many.
  for (const Member& member : members) CHECK(series.ring.neighbours_of(member.id).size() >= 16);
}

TEST_CASE("a cluster shrinks from thirty to one, and nobody who stays is moved about") {
  auto members = members_in_zones(30, 1);
  Ring ring = founded(members, 256, 3);
  while (members.size() > 1) {
    members.back().standing = Standing::leaving;
    const std::size_t least = moves_least(ring, members);
    const Series series = changed(ring, members);
    CHECK(series.moves == least);
    CHECK(series.steps == 1);
    ring = series.ring;
    members.pop_back();
    CHECK(unfair(ring, members) == "");
  }
}

TEST_CASE("half of a cluster leaves, and each list gives up who leaves before anything else") {
  auto members = members_in_zones(20, 4);
  const Ring ring = founded(members, 256, 3);
  for (std::size_t i = 0; i < members.size(); i += 2) members[i].standing = Standing::leaving;
  const auto leaves = [&](NodeId id) {
    return std::ranges::find(members, id, &Member::id)->standing != Standing::active;
  };
  const Assignment next = *next_assignment(ring, members);
  for (std::uint16_t p = 0; p < 256; ++p) {
    const auto before = std::ranges::count_if(ring.preference_list({p}), leaves);
    CHECK(std::ranges::count_if(next[p], leaves) == std::max<std::ptrdiff_t>(before - 1, 0));
  }
}

TEST_CASE("no series could move less: of all fair assignments it leads to the closest") {
  CHECK(rc::check([] {
    const auto some_members = [](std::uint64_t first_id, std::size_t least, std::size_t most) {
      std::vector<Member> members;
      const auto count = *rc::gen::inRange<std::size_t>(least, most + 1);
      for (std::uint64_t i = 0; i < count; ++i)
        members.push_back({.id = {first_id + i},
                           .zone = *rc::gen::element<std::string>("a", "b", "c"),
                           .weight = *rc::gen::element<std::uint32_t>(1, 1, 2)});
      return members;
    };
    std::vector<Member> goal = some_members(1, 1, 3);
    const Ring ring = founded(goal, *rc::gen::inRange<std::uint32_t>(1, 5), *rc::gen::inRange<std::uint32_t>(1, 4));
    if (goal.size() > 1 && *rc::gen::arbitrary<bool>()) goal.front().standing = Standing::leaving;
    for (const Member& member : some_members(10, 0, 2)) goal.push_back(member);
    RC_ASSERT(changed(ring, goal).moves == moves_of_closest(ring, goal));
  }));
}

TEST_CASE("what is fair already stays as it is") {
  CHECK(rc::check([] {
    const std::vector<Member> members = arbitrary_members();
    const Ring ring =
        founded(members, *rc::gen::element<std::uint32_t>(1, 7, 100), *rc::gen::inRange<std::uint32_t>(1, 8));
    RC_ASSERT(moves_least(ring, members) == 0U);
    RC_ASSERT(*next_assignment(ring, members) == ring.parts().present);
  }));
}

TEST_CASE("the next assignment does not depend on the order in which members are named") {
  CHECK(rc::check([] {
    std::uint64_t last_id = 1'000'000;
    const Ring ring = founded(arbitrary_members(), 64, *rc::gen::inRange<std::uint32_t>(1, 6));
    std::vector<Member> goal = arbitrary_goal(ring, last_id);
    const auto once = next_assignment(ring, goal);
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    random.shuffle(std::span(goal));
    RC_ASSERT(once.has_value());
    RC_ASSERT(*next_assignment(ring, goal) == *once);
  }));
}

TEST_CASE("lists grow before members are replaced and shrink after") {
  const std::vector<Member> grown{{.id = {1}}, {.id = {2}, .standing = Standing::leaving}, {.id = {3}}, {.id = {4}}};
  const Ring two = *Ring::make({77}, {1}, 3, {{.id = {1}}, {.id = {2}}}, {{{1}, {2}}, {{2}, {1}}});
  CHECK(next_assignment(two, grown)->front().size() == 3);
  const std::vector<Member> shrunk{{.id = {1}},
                                   {.id = {2}, .standing = Standing::leaving},
                                   {.id = {3}, .standing = Standing::leaving},
                                   {.id = {4}, .standing = Standing::joining}};
  const Ring three = *Ring::make({77}, {1}, 3, {{.id = {1}}, {.id = {2}}, {.id = {3}}}, {{{1}, {2}, {3}}});
  CHECK(next_assignment(three, shrunk)->front().size() == 3);
  CHECK(changed(three, shrunk).steps == 2);
}

TEST_CASE("one member takes over exactly the places of another") {
  const auto members = members_in_zones(7, 2);
  const Ring ring = founded(first_of(members, 6), 64, 3);
  const NodeId gone = members[2].id;
  const NodeId come = members[6].id;
  const Assignment next = *replace_member(ring, gone, come);
  for (std::uint16_t p = 0; p < 64; ++p) {
    const auto list = ring.preference_list({p});
    PreferenceList expected(list.begin(), list.end());
    std::ranges::replace(expected, gone, come);
    CHECK(next[p] == expected);
  }
  CHECK(replace_member(ring, gone, members[3].id).error().code == ErrorCode::invalid);
  CHECK(replace_member(ring, come, gone).error().code == ErrorCode::invalid);
}

TEST_CASE("nobody left, an owner not named, twins: there is no way there") {
  const Ring ring = founded(members_in_zones(3, 1), 8, 2);
  const auto refused = [&](const std::vector<Member>& members) {
    const auto next = next_assignment(ring, members);
    return !next && next.error().code == ErrorCode::invalid;
  };
  auto members = members_in_zones(3, 1);
  CHECK_FALSE(refused(members));
  CHECK(refused(first_of(members, 2)));
  CHECK(refused({members[0], members[1], members[2], members[2]}));
  for (Member& member : members) member.standing = Standing::leaving;
  CHECK(refused(members));
}

TEST_CASE("the largest clusters are assigned too") {
  auto members = members_in_zones(members_max, 7);
  for (std::size_t i = 0; i < members.size(); ++i) members[i].weight = static_cast<std::uint32_t>(1 + i % 5);
  const Ring ring = founded(first_of(members, members_max - 24), partitions_max, 3);
  const std::size_t least = moves_least(ring, members);
  const Series series = changed(ring, members);
  CHECK(series.moves <= least + least / 20);
  CHECK(unfair(series.ring, members) == "");
}
