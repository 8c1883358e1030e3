#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/step.hpp"

namespace starling::coordinator {

std::uint32_t count_reachable(const ReplicaSet& replicas, const Step& step);

/// Nobody is bothered with a request that too few could answer: `unavailable`, nothing has happened.
Result<void> enough_reachable(const ReplicaSet& replicas, std::uint32_t needed, const Step& step);

}  // namespace starling::coordinator
