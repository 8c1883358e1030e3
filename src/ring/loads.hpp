#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ring/member.hpp"

namespace starling::ring {

/// The members first..end-1 of one zone, where members are sorted by zone.
struct Zone {
  std::size_t first{}, end{};
  std::uint64_t weight{};  ///< of all its members together
};

std::vector<Zone> zones_of(std::span<const Member> members);

/// A share, rounded down and up.
struct Bounds {
  std::uint32_t least{}, most{};
};

/// What plan() calls fair (its guarantees 1 and 2), as bounds.
struct FairBounds {
  std::vector<Bounds> loads;   ///< by member: how many lists it is in
  std::vector<Bounds> spread;  ///< by zone: how many places of each list it has
};

FairBounds fair_bounds(std::span<const Member> members, std::span<const Zone> zones, std::uint32_t partitions,
                       std::uint32_t length);

/// How many of `partitions` lists of `length` members each member is in, within those bounds.
/// Exact: whole numbers all the way, so that every machine and compiler gets the same.
std::vector<std::uint32_t> fair_loads(std::span<const Member> members, std::span<const Zone> zones,
                                      std::uint32_t partitions, std::uint32_t length);

}  // namespace starling::ring
