#include "repair/peer_views.hpp"

#include <utility>

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
  catch_up(peer, partition);
}

void PeerViews::catch_up(NodeId peer, PartitionId partition) {
  if (!std::exchange(of(peer, partition).caught_up, true)) ++progress_;
}

void PeerViews::start_over(PartitionId partition) {
  for (auto& [share, view] : views_)
    if (share.second == partition) view.caught_up = false;
}

std::size_t PeerViews::caught_up(const ring::Ring& ring, NodeId self, PartitionId partition) const {
  std::size_t reached = 0;
  for (const NodeId replica : ring.preference_list(partition)) {
    const PeerView* view = find(replica, partition);
    if (replica != self && view != nullptr && view->caught_up) ++reached;
  }
  return reached;
}

void PeerViews::forget(NodeId peer) {
  for (auto it = views_.lower_bound({peer, {}}); it != views_.end() && it->first.first == peer; ++it) {
    it->second.watermark.reset();
    it->second.roots_differed = false;
  }
}

std::vector<NodeId> PeerViews::silent(const ring::Ring& ring, NodeId self, PartitionId partition) const {
  std::vector<NodeId> silent;
  for (const NodeId replica : ring.owners(partition)) {
    if (replica == self) continue;
    const PeerView* view = find(replica, partition);
    if (view == nullptr || !view->watermark) silent.push_back(replica);
  }
  return silent;
}

std::optional<std::vector<causal::Seen>> PeerViews::witnesses(const ring::Ring& ring, NodeId self,
                                                              PartitionId partition) const {
  if (ring.moving(partition) || !silent(ring, self, partition).empty()) return std::nullopt;
  std::vector<causal::Seen> witnesses;
  for (const NodeId replica : ring.preference_list(partition))
    if (replica != self) witnesses.push_back(*find(replica, partition)->watermark);
  return witnesses;
}

}  // namespace starling::repair
