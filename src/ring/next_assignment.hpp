#pragma once

#include <cstddef>
#include <vector>

#include "base/error.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

/// The assignment of the next change on the way to where `members` belong: no partition moves in
/// more than one place. `members` are all who are to be: those that are `leaving` get nothing and
/// lose what they have, all others get partitions. Whoever owns something must be among them.
/// Pure and deterministic, whatever the order of the members.
///
/// What takes more is a series: asked again with each ring that it led to, this ends with the
/// assignment that is there already, which keeps what plan() guarantees in 1 to 3 (zones, loads, and places).
///
/// - The series moves as few places as any could: each step goes towards the closest of all
///   assignments that keep the guarantees (ring/closest.hpp), and so the rest is never more than it was.
/// - Lists grow or shrink by one place at a time. They grow before members are replaced and shrink
///   after, so that there are no fewer copies on the way than at both its ends.
/// - Leaving members are replaced before others.
///
/// `invalid` if nobody stays, if an owner is not named, or for members that a ring refuses.
Result<Assignment> next_assignment(const Ring& settled, const std::vector<Member>& members);

/// The same for a member that takes over: `come` gets exactly the places of `gone`. `invalid` if it
/// has places already, or `gone` has none.
Result<Assignment> replace_member(const Ring& settled, NodeId gone, NodeId come);

/// No series can move fewer places: what fair loads ask for, and what leaving members have. Members
/// as next_assignment() takes them.
std::size_t moves_least(const Ring& settled, const std::vector<Member>& members);

}  // namespace starling::ring
