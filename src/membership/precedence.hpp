#pragma once

#include <cstddef>

#include "wire/messages.hpp"

/// Which of two statements about one member holds. A statement is ranked by
///
///     (generation, nonce, has left, incarnation, alive < suspect < dead)
///
/// and the higher one wins; two equal suspicions unite their accusers. That is the join of a
/// lattice, so any order and any repetition of the same statements ends in the same view. Within
/// one boot of a member it reads (SWIM §4.2):
///
///     held ↓  said →   alive i′   suspect i′                 dead i′   left
///     alive i          i′ > i     i′ ≥ i                     i′ ≥ i    yes
///     suspect i        i′ > i     i′ > i; equal unites       i′ ≥ i    yes
///     dead i           i′ > i     i′ > i                     i′ > i    yes
///     left             no         no                         no        –
///
/// A suspicion of a dead member's later incarnation holds: only the member itself can have raised
/// the incarnation, so it was alive after the death we know of. A boot of a higher generation
/// beats everything said of an earlier one.
namespace starling::membership {

/// More accusers than any profile needs to shorten a suspicion to its minimum; the smallest ids stay.
inline constexpr std::size_t accusers_max = 6;

/// Whether a statement can be meant seriously: it names a member, and its texts are within bounds.
bool is_well_formed(const wire::MemberUpdate& said);

/// Joins `said` into `held`, both about the same member. True if that changed `held`.
bool merge(wire::MemberUpdate& held, const wire::MemberUpdate& said);

/// Accusers sorted, without repetition, bounded, and none where nobody is suspected.
wire::MemberUpdate canonical(wire::MemberUpdate said);

/// Reachable as far as SWIM knows: alive, or only suspected.
constexpr bool is_live(wire::MemberState state) {
  return state == wire::MemberState::alive || state == wire::MemberState::suspect;
}

}  // namespace starling::membership
