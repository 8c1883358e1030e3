#include "ring/plan.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/random.hpp"
#include "members.hpp"
#include "ring/loads.hpp"

using namespace starling;
using namespace starling::ring;

namespace {

struct Planned {
  std::vector<Member> members;
  std::uint32_t partitions{};
  std::size_t length{};
  std::vector<PreferenceList> lists;

  std::map<NodeId, std::size_t> counts(std::size_t first_place, std::size_t end_place) const {
    std::map<NodeId, std::size_t> counts;
    for (const Member& member : members) counts[member.id] = 0;
    for (const PreferenceList& list : lists)
      for (std::size_t place = first_place; place < end_place; ++place) ++counts[list[place]];
    return counts;
  }
  std::map<NodeId, std::size_t> loads() const { return counts(0, length); }
};

Planned planned(std::vector<Member> members, std::uint32_t partitions, std::uint32_t replicas) {
  auto lists = plan(members, partitions, replicas);
  REQUIRE(lists.has_value());
  const std::size_t length = std::min<std::size_t>(replicas, members.size());
  return {std::move(members), partitions, length, *std::move(lists)};
}

Planned arbitrary_plan() {
  const auto partitions = *rc::gen::element<std::uint32_t>(1, 2, 7, 16, 100, 256);
  return planned(arbitrary_members(), partitions, *rc::gen::inRange<std::uint32_t>(1, 8));
}

/// What plan() calls fair, found another way: how many lists each member would be in at the level
/// where all of them together fill every list, by bisection in floating point.
std::map<NodeId, double> fair_shares(const Planned& p) {
  std::map<std::string, std::vector<const Member*>> zones;
  for (const Member& member : p.members) zones[member.zone].push_back(&member);
  const bool one_each = zones.size() >= p.length;
  const double all = p.partitions;

  const auto shares_at = [&](double level) {
    std::map<NodeId, double> shares;
    for (const auto& [name, members] : zones) {
      double weight = 0;
      double sum = 0;
      for (const Member* member : members) {
        shares[member->id] = one_each ? level * member->weight : std::min(all, level * member->weight);
        weight += member->weight;
        sum += shares[member->id];
      }
      if (one_each ? sum > all : sum < all)
        for (const Member* member : members) shares[member->id] = all * member->weight / weight;
    }
    return shares;
  };
  double low = 0;
  double high = all * static_cast<double>(p.length) * 2;
  for (int i = 0; i < 200; ++i) {
    const double level = (low + high) / 2;
    double sum = 0;
    for (const auto& [id, share] : shares_at(level)) sum += share;
    (sum < all * static_cast<double>(p.length) ? low : high) = level;
  }
  return shares_at(high);
}

}  // namespace

TEST_CASE("every list has distinct members and covers as many zones as it can, each evenly") {
  CHECK(rc::check([] {
    const Planned p = arbitrary_plan();
    std::map<NodeId, std::string> zone_of;
    std::set<std::string> zones;
    for (const Member& member : p.members) zones.insert(zone_of[member.id] = member.zone);
    std::map<std::string, std::set<std::size_t>> spread;
    RC_ASSERT(p.lists.size() == p.partitions);
    for (const PreferenceList& list : p.lists) {
      RC_ASSERT(list.size() == p.length);
      RC_ASSERT(std::set<NodeId>(list.begin(), list.end()).size() == p.length);
      std::map<std::string, std::size_t> places;
      for (const NodeId id : list) ++places[zone_of.at(id)];
      RC_ASSERT(places.size() == std::min(p.length, zones.size()));
      for (const std::string& zone : zones) spread[zone].insert(places[zone]);
    }
    for (const auto& [zone, counts] : spread) RC_ASSERT(*counts.rbegin() - *counts.begin() <= 1U);
  }));
}

TEST_CASE("a member's load is its fair share, rounded up or down") {
  CHECK(rc::check([] {
    const Planned p = arbitrary_plan();
    const auto fair = fair_shares(p);
    for (const auto& [id, load] : p.loads()) {
      RC_LOG() << to_string(id) << " has " << load << " of " << fair.at(id) << '\n';
      RC_ASSERT(std::abs(static_cast<double>(load) - fair.at(id)) < 1 + 1e-6);
    }
  }));
}

TEST_CASE("the bounds of a load are the fair share rounded down and up") {
  CHECK(rc::check([] {
    Planned p = arbitrary_plan();
    const auto fair = fair_shares(p);
    std::ranges::sort(p.members, {}, [](const Member& member) { return std::tie(member.zone, member.id); });
    const auto bounds = fair_bounds(p.members, zones_of(p.members), p.partitions, static_cast<std::uint32_t>(p.length));
    for (std::size_t m = 0; m < p.members.size(); ++m) {
      const double share = fair.at(p.members[m].id);
      RC_ASSERT(bounds.loads[m].least <= share + 1e-6);
      RC_ASSERT(bounds.loads[m].most >= share - 1e-6);
      RC_ASSERT(bounds.loads[m].most - bounds.loads[m].least <= 1U);
    }
  }));
}

TEST_CASE("without zones and with weights that can be met, loads are proportional to the weights") {
  std::vector<Member> members = members_in_zones(6, 1);
  for (std::size_t i = 0; i < members.size(); ++i) members[i].weight = static_cast<std::uint32_t>(i + 1);  // 1..6 of 21
  const auto loads = planned(members, 256, 3).loads();
  for (const Member& member : members) {
    const double share = 256.0 * 3 * member.weight / 21;
    CHECK(std::abs(static_cast<double>(loads.at(member.id)) - share) < 1);
  }
}

TEST_CASE("every place is balanced, so that first places and what follows a failure are") {
  CHECK(rc::check([] {
    const Planned p = arbitrary_plan();
    const auto loads = p.loads();
    for (std::size_t place = 0; place < p.length; ++place)
      for (const auto& [id, count] : p.counts(place, place + 1)) {
        const double part = static_cast<double>(loads.at(id)) / static_cast<double>(p.length);
        // The first place is exact; each later one inherits the rounding of those before it.
        RC_ASSERT(std::abs(static_cast<double>(count) - part) < (place == 0 ? 1 : 2));
      }
  }));
}

TEST_CASE("the same set in any order gives the same plan") {
  CHECK(rc::check([] {
    std::vector<Member> members = arbitrary_members();
    const auto replicas = *rc::gen::inRange<std::uint32_t>(1, 6);
    const auto once = plan(members, 64, replicas);
    starling::Random random(*rc::gen::arbitrary<std::uint64_t>());
    random.shuffle(std::span(members));
    const auto again = plan(members, 64, replicas);
    RC_ASSERT(once.has_value());
    RC_ASSERT(*once == *again);
  }));
}

TEST_CASE("three members of a cluster of three are each first in a third of the partitions") {
  const Planned p = planned(members_in_zones(3, 1), 256, 3);
  for (const auto& [id, count] : p.counts(0, 1)) CHECK((count == 85 || count == 86));
}

TEST_CASE("what one member leaves behind falls to many") {
  const Planned p = planned(members_in_zones(20, 4), 256, 3);
  const NodeId gone = p.members.front().id;
  std::set<NodeId> sharers;
  for (const PreferenceList& list : p.lists)
    if (std::ranges::count(list, gone) != 0) sharers.insert(list.begin(), list.end());
  // Its zone has five members, and no list has two of them: fifteen others and itself.
  CHECK(sharers.size() == 16);
}

TEST_CASE("a zone too heavy for its share is in every list, and the others share the rest") {
  std::vector<Member> members = members_in_zones(6, 3);
  for (Member& member : members)
    if (member.zone == "zone-0") member.weight = 100;
  const auto loads = planned(members, 100, 2).loads();
  for (const Member& member : members) CHECK(loads.at(member.id) == (member.zone == "zone-0" ? 50 : 25));
}

TEST_CASE("a zone too light for its share is in every list all the same") {
  std::vector<Member> members = members_in_zones(7, 1);
  members[0].zone = "far";
  const auto loads = planned(members, 120, 3).loads();
  for (const Member& member : members) CHECK(loads.at(member.id) == (member.zone == "far" ? 120 : 40));
}

TEST_CASE("the largest cluster is planned with every bound met") {
  std::vector<Member> members = members_in_zones(members_max, 7);
  for (std::size_t i = 0; i < members.size(); ++i) members[i].weight = static_cast<std::uint32_t>(1 + i % 5);
  const Planned p = planned(members, partitions_max, replicas_max);
  const auto fair = fair_shares(p);
  for (const auto& [id, load] : p.loads()) CHECK(std::abs(static_cast<double>(load) - fair.at(id)) < 1 + 1e-6);
}

TEST_CASE("a plan for nobody, for twins, without weight or beyond the bounds is refused") {
  const std::vector<Member> three = members_in_zones(3, 1);
  const auto refused = [](std::vector<Member> members, std::uint32_t partitions, std::uint32_t replicas) {
    const auto result = plan(std::move(members), partitions, replicas);
    return !result && result.error().code == ErrorCode::invalid;
  };
  CHECK(refused({}, 256, 3));
  CHECK(refused({three[0], three[0]}, 256, 3));
  CHECK(refused({{.id = {1}, .weight = 0}}, 256, 3));
  CHECK(refused({{.id = {1}, .weight = weight_max + 1}}, 256, 3));
  CHECK(refused({{.id = {1}, .zone = std::string(zone_bytes_max + 1, 'z')}}, 256, 3));
  CHECK(refused({{.id = {0}}}, 256, 3));
  CHECK(refused(three, 0, 3));
  CHECK(refused(three, partitions_max + 1, 3));
  CHECK(refused(three, 256, 0));
  CHECK(refused(three, 256, replicas_max + 1));
  CHECK(refused(members_in_zones(members_max + 1, 1), 256, 3));
  CHECK_FALSE(refused(three, 256, replicas_max));
}
