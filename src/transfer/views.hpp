#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "causal/seen.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

/// What replicas tell each other of a partition that they hold: what they have seen, and the root of its Merkle tree.
namespace starling::transfer {

/// What another replica holds of a partition.
struct TheirView {
  PartitionId partition;
  causal::Seen seen;
  bool tree_built{};
  std::uint64_t root{};
};
wire::RepairView to_wire(const storage::PartitionSurvey& survey);
/// `malformed` unless each is of a partition that both own, and comes once, in order.
Result<std::vector<TheirView>> from_wire(const std::vector<wire::RepairView>& views,
                                         const std::vector<PartitionId>& shared);

}  // namespace starling::transfer
