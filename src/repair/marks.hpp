#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "ring/ring.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

/// How two replicas tell in four bytes for each partition whether they hold the same: a hash of
/// what one has seen and of the root of its Merkle tree. It is salted with the request, so that two
/// states that happen to look equal do not do so the next time.
namespace starling::repair {

inline constexpr std::size_t mark_bytes = 4;

/// In order: both sides must come to the same list.
std::vector<PartitionId> shared_partitions(const ring::Ring& ring, NodeId a, NodeId b);

Bytes mark_of(const storage::PartitionSurvey& survey, wire::RequestId salt);
Bytes marks_of(const std::vector<storage::PartitionSurvey>& surveys, wire::RequestId salt);

}  // namespace starling::repair
