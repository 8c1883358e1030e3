#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ring/ring.hpp"
#include "storage/boot_record.hpp"
#include "topology/cluster_record.hpp"
#include "wire/messages.hpp"

namespace starling::node {

/// What a data directory remembers of the cluster. Both are there or neither is.
struct MemoryOfCluster {
  std::optional<topology::ClusterRecord> cluster;
  std::optional<ring::Ring> ring;
  Bytes vote;              ///< on the next ring (topology::Acceptor); else empty
  Bytes pending_founding;  ///< a proposal this node has voted for, else empty
  Bytes invitation;        ///< to a cluster that this node is in none of yet, else empty
  std::string unreadable;  ///< what is wrong and what to do; the node must not start then
};

MemoryOfCluster recall(const storage::BootRecord& boot);

/// Where to look for the others: where the founders were, overruled by what the book of peers says.
std::vector<wire::MemberUpdate> known_members(const storage::BootRecord& boot, const topology::ClusterRecord& cluster);

}  // namespace starling::node
