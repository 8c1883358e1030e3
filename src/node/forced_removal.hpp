#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/node_names.hpp"
#include "port/topology.hpp"
#include "ring/ring.hpp"

namespace starling::node {

struct Rooms;

/// A removal by force, for the operator: who is meant, what it moves, and at what price. How it is decided:
/// topology/new_lineage.hpp.

/// Members whom an operator says are gone for good; also by their ids, should nobody have heard of them since the
/// start.
Result<std::vector<NodeId>> gone_for_good(const Rooms& rooms, std::span<const port::NodeName> names);
/// From `before` to the new lineage, and what follows from that by itself.
port::ChangeReply forced_reply(const ring::Ring& before, const ring::Ring& ring, const std::vector<Named>& known,
                               std::optional<std::uint64_t> partition_bytes);
/// What may be lost if these are gone, in words with figures.
std::string price_of(const Rooms& rooms, std::span<const NodeId> gone, std::optional<std::uint64_t> partition_bytes);

}  // namespace starling::node
