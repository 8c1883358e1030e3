#pragma once

#include <vector>

#include "base/error.hpp"
#include "ring/ring.hpp"

namespace starling::ring {

/// The first assignment of a founding set: for each of `partitions` a list of min(replicas, members)
/// distinct members, over as many zones as there are, each member's load within ±1 partition of its
/// weighted share where zones allow it, first places (the preferred coordinators) balanced likewise.
/// Pure and deterministic: the same set in any order gives the same plan. (DESIGN §5)
/// `invalid` for an empty set, repeated ids, zero weights, or bounds exceeded.
Result<std::vector<PreferenceList>> plan(std::vector<Member> members, std::uint32_t partitions, std::uint32_t replicas);

}  // namespace starling::ring
