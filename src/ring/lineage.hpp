#pragma once

#include <cstdint>
#include <span>

#include "ring/ring.hpp"

namespace starling::ring {

/// What becomes of a ring when so many of its members are gone for good that the others can decide nothing any more:
/// no next ring, but the first of a new lineage, by an operator's word.
///
/// - A ring carries the ids of all lineages that were begun on the way to it, oldest first; a founding ring none. One
///   ring may follow another, near or far, only if its lineages begin with those of the other (descends()). Two that
///   were begun apart follow neither, and nobody goes from one to the other.
/// - The upper half of an epoch is the number of its lineage. So every ring of a later lineage is newer than all of an
///   earlier one, however many those still decide; votes on these are of the past, and since all partitions begin
///   with the new epoch as their version, so are requests of members who go by them.
/// - Lineages that were begun apart begin at different epochs, most probably: so they hear of each other.
///
/// Which members may begin one, and when, is topology's affair (topology/new_lineage.hpp).

/// The number of the lineage that an epoch is of; 0: the founders'.
constexpr std::uint64_t lineage_of(Epoch epoch) { return epoch.value >> 32; }

/// The ring of those members that are not gone: each keeps the partitions that it had, under both lists if the ring
/// was changing, and the places of those that are gone are given to others. Settled; whoever was joining is a member,
/// and whoever was leaving stays. `invalid` for one that is gone and is no member, or if nobody is left.
Result<Ring> begin_lineage(const Ring& ring, std::span<const NodeId> gone, LineageId id);
/// Whether it is that ring for some of the members.
bool begins_lineage(const Ring& ring, const Ring& next);
/// Its lineages begin with those of `from`.
bool descends(const Ring& ring, const Ring& from);

/// What it costs that these are gone, in partitions.
struct Losses {
  std::uint32_t gone{};        ///< they have no replica left
  std::uint32_t incomplete{};  ///< they have some, and a majority that has acknowledged a write may be gone
};
Losses losses(const Ring& ring, std::span<const NodeId> gone);

}  // namespace starling::ring
