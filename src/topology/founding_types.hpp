#pragma once

#include <cstdint>
#include <string>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "ring/ring.hpp"
#include "topology/cluster_record.hpp"

namespace starling::topology {

/// What this node tells of itself, and the shape of a cluster that it founds.
struct FoundingConfig {
  NodeId node;
  std::string name;
  std::string zone;
  std::uint32_t weight{1};
  Address peer;
  std::uint32_t replicas{3};
  std::uint32_t partitions{256};

  Duration resend_period = 500ms;
  Duration patience = 4s;           ///< for all the answers of one phase
  Duration query_period = 2s;       ///< a member that voted yes asks what became of it, ...
  Duration query_period_max = 30s;  ///< ... ever more slowly, and never gives up
};

/// A cluster that this node now durably belongs to.
struct Founded {
  ClusterRecord cluster;
  ring::Ring ring;
};

}  // namespace starling::topology
