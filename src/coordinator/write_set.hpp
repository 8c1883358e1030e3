#pragma once

#include "coordinator/quorum.hpp"
#include "coordinator/replica_set.hpp"

namespace starling::coordinator {

/// Who is to acknowledge a write, and how many of them must: W of the preference list and, while the
/// partition moves, W of the next one too. Whoever is in both counts for both.
struct WriteSet {
  ReplicaSet replicas;
  Quorum acks;
};

/// `invalid` where W is more than the list has that reads go by.
Result<WriteSet> write_set(const ring::Ring& ring, PartitionId partition, NodeId self, port::QuorumLevel w);

}  // namespace starling::coordinator
