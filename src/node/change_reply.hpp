#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/node_names.hpp"
#include "port/topology.hpp"
#include "topology/intent.hpp"

namespace starling::node {

/// What a change moves, with all those that follow from it, and how evenly things lie before and after.
/// `known`: for the names. `partition_bytes`: of a replica of a partition, about; all are taken to be alike, since
/// they are equal parts of the hash space.
port::ChangeReply change_reply(const ring::Ring& before, const topology::Forecast& forecast,
                               const std::vector<Named>& known, std::optional<std::uint64_t> partition_bytes);

}  // namespace starling::node
