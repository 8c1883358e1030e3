#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace starling {

/// A strong integer: two ids of different tags never mix, and none converts to a bare number
/// without saying `.value`. Zero is "none" where that has a meaning.
template <class Tag, class Rep = std::uint64_t>
struct Id {
  Rep value{};

  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

/// A node, for as long as its data directory lives. Random, never reused.
using NodeId = Id<struct NodeIdTag>;
/// A cluster. Random at init.
using ClusterId = Id<struct ClusterIdTag>;
/// A line of rings that began by force, without the word of a majority (ring/lineage.hpp). Random.
using LineageId = Id<struct LineageIdTag>;
/// Who issued a dot: one per (node, partition, incarnation of its state). Random.
using ActorId = Id<struct ActorIdTag>;
/// The number of a ring. 1 is the founding ring; 0 is "no ring yet".
using Epoch = Id<struct EpochTag>;
/// How often a node has booted. Durable, grows at each boot.
using Generation = Id<struct GenerationTag>;
/// One of the Q equal slices of the hash space, 0 ≤ value < Q.
using PartitionId = Id<struct PartitionIdTag, std::uint16_t>;
/// A place in the hash space.
using Token = Id<struct TokenTag>;

/// Sixteen lower-case hex digits.
std::string to_hex(std::uint64_t value);

template <class Tag>
std::string to_string(Id<Tag> id) {
  return to_hex(id.value);
}

}  // namespace starling

template <class Tag, class Rep>
struct std::hash<starling::Id<Tag, Rep>> {
  std::size_t operator()(const starling::Id<Tag, Rep>& id) const noexcept { return static_cast<std::size_t>(id.value); }
};
