#include "coordinator/replica_set.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "base/planted.hpp"

namespace starling::coordinator {

ReplicaSet::ReplicaSet(std::span<const NodeId> list, NodeId self) {
  add(list);
  put_first(self);
}

ReplicaSet ReplicaSet::of_reads(const View& view, PartitionId partition, NodeId self) {
  if (planted(Bug::newcomer_read)) return {view.ring.write_lists(partition)[1], self};
  ReplicaSet set(view.ring.preference_list(partition), self);
  if (view.owed != nullptr && !view.owed->empty()) set.put_behind_last(view);
  return set;
}

ReplicaSet ReplicaSet::of_writes(const ring::Ring& ring, PartitionId partition, NodeId self) {
  ReplicaSet set;
  set.add(ring.preference_list(partition));
  if (!ring.settled())
    for (const auto list : ring.write_lists(partition)) set.add(list);
  set.put_first(self);
  return set;
}

void ReplicaSet::add(std::span<const NodeId> list) {
  for (const NodeId node : list) {
    if (contains(node)) continue;
    ensure(size_ < nodes_.size(), "preference lists of impossible length");
    nodes_[size_++] = node;
  }
}

void ReplicaSet::put_behind_last(const View& view) {
  auto others_end = nodes_.begin();
  for (auto node = nodes_.begin(); node != nodes_.begin() + size_; ++node)
    if (!view.is_behind(*node)) std::rotate(others_end++, node, std::next(node));
}

void ReplicaSet::put_first(NodeId self) {
  ensure(size_ > 0, "a partition has replicas");
  const auto end = nodes_.begin() + size_;
  if (const auto us = std::find(nodes_.begin(), end, self); us != end) std::rotate(nodes_.begin(), us, us + 1);
}

std::optional<std::uint32_t> ReplicaSet::place_of(NodeId node) const {
  for (std::uint32_t place = 0; place < size_; ++place)
    if (nodes_[place] == node) return place;
  return std::nullopt;
}

std::uint32_t ReplicaSet::places_of(std::span<const NodeId> list) const {
  std::uint32_t places = 0;
  for (const NodeId node : list)
    if (const auto place = place_of(node)) places |= 1U << *place;
  return places;
}

}  // namespace starling::coordinator
