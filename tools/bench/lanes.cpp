#include "bench/lanes.hpp"

#include <algorithm>

namespace starling::bench {

Lanes::Lanes(client::Loop& loop, client::Endpoint::Listener& listener, const std::vector<client::HostPort>& nodes,
             std::uint32_t connections, api::RingInfo ring) {
  for (std::uint32_t i = 0; i < connections; ++i) {
    all_.push_back(&lanes_.emplace_back(loop, listener, nodes[i % nodes.size()]));
  }
  view_.learn(std::move(ring));
}

void Lanes::tick(Instant now) {
  for (Lane& lane : lanes_) lane.endpoint.tick(now);
}

bool Lanes::all_usable() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.endpoint.usable(); });
}

bool Lanes::any_usable() const {
  return std::ranges::any_of(lanes_, [](const Lane& lane) { return lane.endpoint.usable(); });
}

void Lanes::map_members() {
  of_member_.assign(view_.members().size(), {});
  for (std::size_t member = 0; member < of_member_.size(); ++member) {
    for (Lane& lane : lanes_)
      if (lane.endpoint.node_id() == view_.members()[member].id) of_member_[member].push_back(&lane);
  }
}

Lane* Lanes::choose(Token token) {
  for (std::uint32_t member : view_.replicas_of(token))
    if (Lane* lane = least_busy(of_member_[member])) return lane;
  return least_busy(all_);
}

Lane* Lanes::least_busy(const std::vector<Lane*>& lanes) {
  Lane* best = nullptr;
  ++turn_;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    Lane* lane = lanes[(turn_ + i) % lanes.size()];
    if (!lane->endpoint.usable()) continue;
    if (lane->in_flight == 0) return lane;
    if (!best || lane->in_flight < best->in_flight) best = lane;
  }
  return best;
}

std::string Lanes::why_not() const {
  for (const Lane& lane : lanes_) {
    if (lane.endpoint.usable()) continue;
    const client::HostPort& at = lane.endpoint.address();
    return at.host + ":" + std::to_string(at.port) + ": " +
           (lane.endpoint.failed() ? lane.endpoint.why() : "no answer");
  }
  return {};
}

}  // namespace starling::bench
