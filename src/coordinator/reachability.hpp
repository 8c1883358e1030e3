#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "coordinator/quorum.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/step.hpp"

namespace starling::coordinator {

/// Their places, a bit for each.
std::uint32_t reachable_places(const ReplicaSet& replicas, const Step& step);

/// Nobody is bothered with a request that too few could answer: `unavailable`, nothing has happened.
Result<void> enough_reachable(const ReplicaSet& replicas, const Quorum& quorum, const Step& step);

}  // namespace starling::coordinator
