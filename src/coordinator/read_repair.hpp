#pragma once

#include <span>
#include <vector>

#include "causal/object.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/step.hpp"
#include "ring/key.hpp"

namespace starling::coordinator {

/// A replica's whole state of the key that is read.
struct FullAnswer {
  std::uint32_t place{};  ///< of the replica in the request's set
  causal::Object object;
};

/// Joins what the replicas hold, and sends the result to each of them that holds other siblings:
/// read repair, Dynamo §5. Nobody waits for it, no dot is issued, and a repair that is lost is
/// made by the next read. A replica that only covers less has nothing that a reader would miss.
causal::Object join_and_repair(const ring::Key& key, PartitionId partition, const ReplicaSet& replicas,
                               std::vector<FullAnswer> answers, Step& step);

}  // namespace starling::coordinator
