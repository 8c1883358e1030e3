#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "causal/partition_state.hpp"

namespace starling::storage {

/// What is kept of a partition besides its rows: the state that they belong to, or the mark that they belong to
/// none any more because the partition is being dropped (DropPartition). Sealed with its number.
struct KeptState {
  causal::PartitionState state;
  bool going{};  ///< `state` is an empty one then
};

Bytes encode_kept(PartitionId partition, const causal::PartitionState& state);
/// The mark.
Bytes encode_going(PartitionId partition);
/// `malformed` for damage.
Result<KeptState> decode_kept(PartitionId partition, BytesView sealed);

}  // namespace starling::storage
