#include "storage/kept_state.hpp"

#include <fmt/format.h>

#include <utility>

#include "causal/codec.hpp"
#include "storage/seal.hpp"

namespace starling::storage {

Bytes encode_kept(PartitionId partition, const causal::PartitionState& state) {
  Bytes bytes = causal::encode(state);
  seal(bytes, partition.value);
  return bytes;
}

/// Nothing but a seal: no state has so few bytes.
Bytes encode_going(PartitionId partition) {
  Bytes bytes;
  seal(bytes, partition.value);
  return bytes;
}

Result<KeptState> decode_kept(PartitionId partition, BytesView sealed) {
  const auto bytes = unseal(sealed, partition.value);
  if (bytes && bytes->empty()) return KeptState{.state = {}, .going = true};
  auto state = bytes ? causal::decode_partition_state(*bytes) : fail(ErrorCode::malformed, "");
  if (!state) return fail(ErrorCode::malformed, fmt::format("the state of partition {} is damaged", partition.value));
  return KeptState{.state = *std::move(state)};
}

}  // namespace starling::storage
