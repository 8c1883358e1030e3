#include "ring/loads.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace starling::ring {

namespace {

/// Finds who gets exactly one place of every list ("is pinned"), whatever its weight says, because
/// of the bounds; all others share the rest by weight. Water-filling: at level x a weight of x
/// earns one place of every list, and what lies beyond a bound is cut off (or filled up). The
/// lower the level, the more places are earned; the right one earns `length` of each list.
class WaterLevel {
 public:
  WaterLevel(std::span<const Member> members, std::span<const Zone> zones, std::uint32_t length)
      : members_(members), zones_(zones), one_each_(zones.size() >= length) {
    std::vector<std::uint64_t> levels;
    for (const Zone& zone : zones) levels.push_back(zone.weight);
    if (!one_each_)
      for (const Member& member : members) levels.push_back(member.weight);
    std::ranges::sort(levels);
    // The bounds bite at these levels only. Between the one found and the next none begins to.
    const auto too_high = [&](std::uint64_t level) { return earned(level) < length * level; };
    const auto next = std::ranges::partition_point(levels, [&](std::uint64_t level) { return !too_high(level); });
    ensure(next != levels.begin(), "the lowest level fills every list");
    level_ = *std::prev(next);
  }

  bool pins(const Zone& zone) const { return one_each_ ? zone.weight > level_ : zone.weight <= level_; }
  bool pins(const Member& member) const { return !one_each_ && member.weight > level_; }

 private:
  /// What all earn of each list at this level, times the level.
  std::uint64_t earned(std::uint64_t level) const {
    std::uint64_t sum = 0;
    for (const Zone& zone : zones_) {
      if (one_each_) {
        sum += std::min(level, zone.weight);
        continue;
      }
      std::uint64_t of_zone = 0;
      for (std::size_t i = zone.first; i < zone.end; ++i) of_zone += std::min<std::uint64_t>(level, members_[i].weight);
      sum += std::max(level, of_zone);
    }
    return sum;
  }

  std::span<const Member> members_;
  std::span<const Zone> zones_;
  bool one_each_;  ///< a list has at most one member of each zone; else at least one
  std::uint64_t level_{};
};

/// Members that share out places among themselves by weight.
struct Sharers {
  std::uint64_t places{};
  std::uint64_t weight{};
  std::vector<std::size_t> members;

  void add(std::size_t member, std::uint32_t its_weight) {
    members.push_back(member);
    weight += its_weight;
  }
  /// What falls to a part of the weight, in `whole` equal shares, rounded down and up.
  Bounds bounds(std::uint64_t part, std::uint64_t whole) const {
    const std::uint64_t earned = places * part;
    const std::uint64_t parts = weight * whole;
    return {.least = static_cast<std::uint32_t>(earned / parts),
            .most = static_cast<std::uint32_t>((earned + parts - 1) / parts)};
  }
};

/// Everybody is in exactly one group: a pinned zone, a pinned member by itself, or with all others.
std::vector<Sharers> groups_of(std::span<const Member> members, std::span<const Zone> zones, std::uint32_t partitions,
                               std::uint32_t length) {
  const WaterLevel level(members, zones, length);
  std::vector<Sharers> groups;
  Sharers others{.places = std::uint64_t{partitions} * length, .members = {}};
  for (const Zone& zone : zones) {
    Sharers within{.places = partitions, .members = {}};
    for (std::size_t i = zone.first; i < zone.end; ++i) {
      if (level.pins(zone)) {
        within.add(i, members[i].weight);
      } else if (level.pins(members[i])) {
        groups.push_back({.places = partitions, .weight = members[i].weight, .members = {i}});
        others.places -= partitions;
      } else {
        others.add(i, members[i].weight);
      }
    }
    if (within.members.empty()) continue;
    groups.push_back(std::move(within));
    others.places -= partitions;
  }
  if (!others.members.empty()) groups.push_back(std::move(others));
  return groups;
}

/// Rounding the running sum, not each share, keeps the total exact, and that of every zone within one.
void share_out(const Sharers& sharers, std::span<const Member> members, std::vector<std::uint32_t>& loads) {
  std::uint64_t passed = 0;
  std::uint64_t given = 0;
  for (const std::size_t sharer : sharers.members) {
    passed += members[sharer].weight;
    const std::uint64_t due = sharers.places * passed / sharers.weight;
    loads[sharer] = static_cast<std::uint32_t>(due - given);
    given = due;
  }
}

}  // namespace

std::vector<Zone> zones_of(std::span<const Member> members) {
  std::vector<Zone> zones;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i == 0 || members[i].zone != members[i - 1].zone) zones.push_back({.first = i});
    zones.back().end = i + 1;
    zones.back().weight += members[i].weight;
  }
  return zones;
}

FairBounds fair_bounds(std::span<const Member> members, std::span<const Zone> zones, std::uint32_t partitions,
                       std::uint32_t length) {
  FairBounds fair{.loads = std::vector<Bounds>(members.size()), .spread = std::vector<Bounds>(zones.size())};
  for (const Sharers& sharers : groups_of(members, zones, partitions, length)) {
    for (const std::size_t sharer : sharers.members) fair.loads[sharer] = sharers.bounds(members[sharer].weight, 1);
    for (std::size_t z = 0; z < zones.size(); ++z) {
      std::uint64_t weight = 0;
      for (const std::size_t sharer : sharers.members)
        if (zones[z].first <= sharer && sharer < zones[z].end) weight += members[sharer].weight;
      // All groups of a zone but one fill whole places, so their bounds add up.
      const Bounds places = sharers.bounds(weight, partitions);
      fair.spread[z].least += places.least;
      fair.spread[z].most += places.most;
    }
  }
  return fair;
}

std::vector<std::uint32_t> fair_loads(std::span<const Member> members, std::span<const Zone> zones,
                                      std::uint32_t partitions, std::uint32_t length) {
  std::vector<std::uint32_t> loads(members.size());
  for (const Sharers& sharers : groups_of(members, zones, partitions, length)) share_out(sharers, members, loads);
  return loads;
}

}  // namespace starling::ring
