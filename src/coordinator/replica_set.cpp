#include "coordinator/replica_set.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace starling::coordinator {

ReplicaSet::ReplicaSet(std::span<const NodeId> list, NodeId self) : size_(static_cast<std::uint32_t>(list.size())) {
  ensure(!list.empty() && list.size() <= nodes_.size(), "a preference list of impossible length");
  const auto end = std::copy(list.begin(), list.end(), nodes_.begin());
  if (const auto us = std::find(nodes_.begin(), end, self); us != end) std::rotate(nodes_.begin(), us, us + 1);
}

std::optional<std::uint32_t> ReplicaSet::place_of(NodeId node) const {
  for (std::uint32_t place = 0; place < size_; ++place)
    if (nodes_[place] == node) return place;
  return std::nullopt;
}

}  // namespace starling::coordinator
