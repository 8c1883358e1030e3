#include "membership/rotation.hpp"

#include <algorithm>
#include <span>

namespace starling::membership {

void Rotation::add(NodeId node, Random& random) {
  if (std::find(round_.begin(), round_.end(), node) != round_.end()) return;
  const std::size_t place = random.below(round_.size() + 1);
  round_.insert(round_.begin() + static_cast<std::ptrdiff_t>(place), node);
  // Whoever lands among those already probed waits for the next round; nobody else moves.
  if (place < at_) ++at_;
}

std::optional<NodeId> Rotation::next(const Members& members, Random& random) {
  while (at_ < round_.size())
    if (const NodeId node = round_[at_++]; members.is_live(node)) return node;
  round_ = members.live();
  random.shuffle(std::span(round_));
  at_ = 0;
  if (round_.empty()) return std::nullopt;
  return round_[at_++];
}

}  // namespace starling::membership
