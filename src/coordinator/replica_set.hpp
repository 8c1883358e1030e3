#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "coordinator/config.hpp"
#include "ring/ring.hpp"

namespace starling::coordinator {

/// A request's own copy of those whom it asks, in the order in which it asks: we ourselves first
/// where we are one of them. A copy, because the ring may change while the request is under way;
/// inline, because there is one in every request.
class ReplicaSet {
 public:
  /// Of one preference list.
  ReplicaSet(std::span<const NodeId> list, NodeId self);
  /// Whom reads ask: those that have missed writes, as far as we know, after the others.
  static ReplicaSet of_reads(const View& view, PartitionId partition, NodeId self);
  /// Everybody who takes writes: of a partition that moves, those of both lists.
  static ReplicaSet of_writes(const ring::Ring& ring, PartitionId partition, NodeId self);

  std::uint32_t size() const { return size_; }
  NodeId operator[](std::uint32_t place) const { return nodes_[place]; }
  std::optional<std::uint32_t> place_of(NodeId node) const;
  bool contains(NodeId node) const { return place_of(node).has_value(); }
  /// The places of those of a list that are in this set, a bit for each.
  std::uint32_t places_of(std::span<const NodeId> list) const;

 private:
  ReplicaSet() = default;
  void add(std::span<const NodeId> list);
  void put_behind_last(const View& view);
  void put_first(NodeId self);

  /// One more than a list can have: the two of a partition that moves differ in one place.
  std::array<NodeId, ring::replicas_max + 1> nodes_;
  std::uint32_t size_{};
};

}  // namespace starling::coordinator
