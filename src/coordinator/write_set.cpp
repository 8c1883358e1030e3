#include "coordinator/write_set.hpp"

#include <algorithm>
#include <utility>

namespace starling::coordinator {

Result<WriteSet> write_set(const ring::Ring& ring, PartitionId partition, NodeId self, port::QuorumLevel w) {
  const auto reads = static_cast<std::uint32_t>(ring.preference_list(partition).size());
  if (auto possible = resolve(w, w, reads); !possible) return std::unexpected(std::move(possible.error()));
  const auto replicas = ReplicaSet::of_writes(ring, partition, self);
  const auto electorate = [&](std::span<const NodeId> list) {
    const auto size = static_cast<std::uint32_t>(list.size());
    // Lists may differ in length: what the longer one can give, the shorter one gives whole.
    port::QuorumLevel level = w;
    if (level.kind == port::QuorumLevel::Kind::number) level.number = std::min(level.number, size);
    return Quorum::Electorate{replicas.places_of(list), *resolve(level, level, size)};
  };
  const auto lists = ring.write_lists(partition);
  return WriteSet{replicas, Quorum(replicas.size(), electorate(lists[0]), electorate(lists[1]))};
}

}  // namespace starling::coordinator
