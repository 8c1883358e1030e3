#include "repair/looks.hpp"

#include <algorithm>

namespace starling::repair {

void Looks::set_peers(const std::vector<NodeId>& peers, Step& step) {
  std::erase_if(peers_, [&](const auto& entry) { return !std::ranges::binary_search(peers, entry.first); });
  for (const NodeId peer : peers) {
    // Nodes that start together do not all look at the same moment.
    const auto scatter = Duration(random_.below(static_cast<std::uint64_t>(step.config.settle.count()) + 1));
    const Instant first = leads(peer) ? step.view.now + step.config.settle : next_after(peer, step);
    peers_.try_emplace(peer, Peer{Look(peer), first + scatter});
  }
}

void Looks::on_connected(NodeId peer, Step& step) {
  if (leads(peer)) again(peer, step);
}

void Looks::on_peer_lost(NodeId peer) {
  if (const auto it = peers_.find(peer); it != peers_.end()) it->second.look.give_up();
}

void Looks::on_heard(NodeId peer, Step& step) {
  const auto it = peers_.find(peer);
  if (it == peers_.end() || it->second.next <= step.view.now + step.config.settle) return;
  it->second.next = std::max(it->second.next, next_after(peer, step));
}

void Looks::at_latest(NodeId peer, Instant at) {
  if (const auto it = peers_.find(peer); it != peers_.end()) it->second.next = std::min(it->second.next, at);
}

std::optional<Instant> Looks::due() const {
  std::optional<Instant> due;
  for (const auto& [id, peer] : peers_) {
    const Instant at = peer.look.idle() ? peer.next : peer.look.deadline();
    if (!due || at < *due) due = at;
  }
  return due;
}

void Looks::on_timer(Step& step) {
  for (auto& [id, peer] : peers_) {
    if (!peer.look.idle() && peer.look.deadline() <= step.view.now) {
      peer.look.give_up();
      again(id, step);
    }
    if (!peer.look.idle() || peer.next > step.view.now) continue;
    peer.next = next_after(id, step);
    if (step.view.peers.reachable(id)) peer.look.begin(step);
  }
}

bool Looks::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step) {
  return std::ranges::any_of(peers_, [&](auto& entry) { return entry.second.look.on_storage(ticket, answer, step); });
}

std::optional<Comparison> Looks::on_views(NodeId from, const wire::RepairViews& views, Step& step) {
  const auto it = peers_.find(from);
  return it == peers_.end() ? std::nullopt : it->second.look.on_views(views, step);
}

Instant Looks::next_after(NodeId peer, const Step& step) const {
  return step.view.now + (leads(peer) ? step.config.interval / 2 : step.config.interval);
}

}  // namespace starling::repair
