#pragma once

#include <vector>

#include "base/error.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

/// The first assignment of a founding set: for each of `partitions` a list of N = min(replicas,
/// members) distinct members. Pure and deterministic: the same set in any order gives the same
/// plan. What is guaranteed, the first before the second and so on:
///
/// 1. Each list covers min(N, zones) zones, and a zone's places are spread evenly: two lists
///    differ by at most one in how many of them it has.
/// 2. A member's load (the lists it is in) is its share by weight of all the places, rounded up or
///    down. Where that asks for more than it can have, the shares give way as little as they must:
///    with at least N zones none can have more than one place of a list, so a zone too heavy gets
///    one of every list, shared out within it by weight; with fewer zones than N every zone needs
///    one of every list, so a zone too light gets exactly that, and a member too heavy is in every
///    list. The others share the rest by weight.
/// 3. A member is first in one N-th of its lists, rounded up or down, and so for every other place.
///    (First places are who coordinates, second places who takes over.)
/// 4. Apart from that the lists are mixed, so that what one member leaves behind falls to many.
///
/// `invalid` for an empty set, repeated ids, zero weights, or bounds exceeded.
Result<std::vector<PreferenceList>> plan(std::vector<Member> members, std::uint32_t partitions, std::uint32_t replicas);

}  // namespace starling::ring
