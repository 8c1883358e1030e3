#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "ring/loads.hpp"

namespace starling::ring {

/// For each partition who holds it, as places in the plan's sorted members.
using Lists = std::vector<std::vector<std::uint32_t>>;

/// Lists with exactly these loads, each zone spread evenly over them (McNaughton's wrap-around
/// rule: the members, zone after zone, are laid along a line that is cut into rows as long as there
/// are partitions; the columns are the lists). No load may exceed `partitions`.
Lists lay_out(std::span<const std::uint32_t> loads, std::uint32_t partitions);

/// Exchanges members between lists at random as long as that keeps the loads and the zones' spread.
void mix(Lists& lists, std::span<const Zone> zones, std::span<const std::uint32_t> loads, Random& random);

/// Orders each list so that every member is equally often (within one) in each place.
void balance_places(Lists& lists, std::size_t members);
/// The same with no more exchanges than it takes: lists that are balanced stay as they are.
void rebalance_places(Lists& lists, std::size_t members);

}  // namespace starling::ring
