#pragma once

#include <cstdint>
#include <span>

#include "ring/layout.hpp"
#include "ring/loads.hpp"

namespace starling::ring {

/// Lists of `length` members within the fair bounds, which differ from `present` in the fewest
/// places there can be. Where it has a choice it mixes, by chance that is the same each time.
///
/// This is a flow of least cost from lists over their zones to members: a place that is kept costs
/// nothing, a new one 1. The bounds allow a flow of fractions (each member has the same part of
/// every list), hence a whole one; shortest augmenting paths keep the cost least
/// (Busacker, Gowen 1960), all shortest ones of a length being taken at once (Dinic 1970).
Lists closest_lists(const Lists& present, std::span<const Zone> zones, const FairBounds& fair, std::uint32_t length);

}  // namespace starling::ring
