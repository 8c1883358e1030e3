#include "ring/ring.hpp"

#include "fuzz.hpp"

/// Rings, as peers send them and as the disk keeps them.
namespace starling::fuzz {

void try_input(BytesView input) {
  const auto ring = ring::decode_ring(input);
  if (!ring) return;
  ensure(ring::encode(*ring) == input, "a ring has two encodings");
  ensure(ring->cluster() && ring->epoch() && ring->partitions() > 0 && !ring->members().empty(), "a ring of nothing");
  for (std::uint32_t p = 0; p < ring->partitions(); ++p) {
    const PartitionId partition{static_cast<std::uint16_t>(p)};
    ensure(ring->partition_of(ring->first_token(partition)) == partition &&
               ring->partition_of(ring->last_token(partition)) == partition,
           "a partition does not own its own tokens");
    for (const NodeId owner : ring->preference_list(partition))
      ensure(ring->find(owner) && ring->owns(owner, partition), "an owner that is no member");
  }
}

}  // namespace starling::fuzz
