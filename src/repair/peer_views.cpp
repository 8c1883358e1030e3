#include "repair/peer_views.hpp"

namespace starling::repair {

const PeerView* PeerViews::find(NodeId peer, PartitionId partition) const {
  const auto it = views_.find({peer, partition});
  return it == views_.end() ? nullptr : &it->second;
}

void PeerViews::verify(NodeId peer, PartitionId partition, Instant now) {
  PeerView& view = of(peer, partition);
  view.verified = now;
  view.differs = false;
  view.roots_differed = false;
}

void PeerViews::forget(NodeId peer) {
  for (auto it = views_.lower_bound({peer, {}}); it != views_.end() && it->first.first == peer; ++it) {
    it->second.watermark.reset();
    it->second.roots_differed = false;
  }
}

std::vector<NodeId> PeerViews::silent(const ring::Ring& ring, NodeId self, PartitionId partition) const {
  std::vector<NodeId> silent;
  for (const NodeId replica : ring.preference_list(partition)) {
    if (replica == self) continue;
    const PeerView* view = find(replica, partition);
    if (view == nullptr || !view->watermark) silent.push_back(replica);
  }
  return silent;
}

std::optional<std::vector<causal::Seen>> PeerViews::witnesses(const ring::Ring& ring, NodeId self,
                                                              PartitionId partition) const {
  if (!silent(ring, self, partition).empty()) return std::nullopt;
  std::vector<causal::Seen> witnesses;
  for (const NodeId replica : ring.preference_list(partition))
    if (replica != self) witnesses.push_back(*find(replica, partition)->watermark);
  return witnesses;
}

}  // namespace starling::repair
