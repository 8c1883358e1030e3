#pragma once

#include "node/node_names.hpp"
#include "port/topology.hpp"
#include "topology/intent.hpp"

namespace starling::node {

/// What a change moves, with all those that follow from it, and how evenly things lie before and after.
/// `known`: for the names.
port::ChangeReply change_reply(const ring::Ring& before, const topology::Forecast& forecast,
                               const std::vector<Named>& known);

}  // namespace starling::node
