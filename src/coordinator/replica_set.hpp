#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.hpp"
#include "ring/ring.hpp"

namespace starling::coordinator {

/// A request's own copy of a preference list, in the order in which it asks: we ourselves first
/// where we are one of them. A copy, because the ring may change while the request is under way;
/// inline, because there is one in every request.
class ReplicaSet {
 public:
  ReplicaSet(std::span<const NodeId> list, NodeId self);

  std::uint32_t size() const { return size_; }
  NodeId operator[](std::uint32_t place) const { return nodes_[place]; }
  std::optional<std::uint32_t> place_of(NodeId node) const;
  bool contains(NodeId node) const { return place_of(node).has_value(); }

 private:
  std::array<NodeId, ring::replicas_max> nodes_;
  std::uint32_t size_{};
};

}  // namespace starling::coordinator
