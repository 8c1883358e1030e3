#include "ring/stand_ins.hpp"

#include <algorithm>

namespace starling::ring {

std::vector<NodeId> stand_ins_of(const Ring& ring, PartitionId partition) {
  const auto replicas = ring.owners(partition);
  const std::size_t wanted = std::min<std::size_t>(ring.replicas(), ring.members().size() - replicas.size());
  std::vector<NodeId> found;
  for (std::uint32_t step = 1; step < ring.partitions() && found.size() < wanted; ++step) {
    const PartitionId next{static_cast<std::uint16_t>((partition.value + step) % ring.partitions())};
    for (const NodeId node : ring.preference_list(next)) {
      const bool known =
          std::ranges::find(replicas, node) != replicas.end() || std::ranges::find(found, node) != found.end();
      if (!known && found.size() < wanted) found.push_back(node);
    }
  }
  return found;
}

}  // namespace starling::ring
