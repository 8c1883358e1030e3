#include "ring/ring.hpp"

#include <algorithm>

#include "fuzz.hpp"
#include "ring/change.hpp"

/// Rings, as peers send them and as the disk keeps them.
namespace starling::fuzz {

namespace {

void try_stages(const ring::Ring& ring) {
  if (ring.stage() == ring::Stage::read_old) {
    ensure(may_follow(ring, read_from_new(ring)), "a stage that does not follow");
    ensure(may_follow(ring, abort_change(ring)), "a change that cannot be given up");
  }
  if (ring.stage() == ring::Stage::read_new) ensure(may_follow(ring, settle(ring)), "a change that does not end");
}

}  // namespace

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
    const ring::PreferenceList owners = ring->owners(partition);
    for (const NodeId owner : owners)
      ensure(ring->find(owner) && ring->owns(owner, partition), "an owner that is no member");
    for (const auto list : ring->write_lists(partition))
      for (const NodeId replica : list)
        ensure(std::ranges::count(owners, replica) == 1, "a replica that is not once among the owners");
    ensure(owners.size() <= ring->preference_list(partition).size() + 1, "more than one place moves");
  }
  try_stages(*ring);
}

}  // namespace starling::fuzz
