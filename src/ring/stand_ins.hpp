#pragma once

#include <vector>

#include "ring/ring.hpp"

namespace starling::ring {

/// Who may keep something of a partition for a replica that cannot be reached: the members that follow
/// its preference list in ring order, at most N of them. Every node that has this ring names the
/// same ones, so that what they may have been entrusted with can be asked for. Dynamo §4.6.
std::vector<NodeId> stand_ins_of(const Ring& ring, PartitionId partition);

}  // namespace starling::ring
