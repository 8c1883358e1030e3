#pragma once

#include "port/topology.hpp"
#include "topology/intent.hpp"
#include "wire/messages.hpp"

namespace starling::node {

/// What a change moves, with all those that follow from it, and how evenly things lie before and after.
/// `gossip`: for the names.
port::ChangeReply change_reply(const ring::Ring& before, const topology::Forecast& forecast,
                               const std::vector<wire::MemberUpdate>& gossip);

}  // namespace starling::node
