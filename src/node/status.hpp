#pragma once

#include <string>
#include <vector>

#include "port/client.hpp"
#include "port/peers.hpp"
#include "ring/ring.hpp"

namespace starling::node {

/// What a status is made from. `waiting`: why the node does not serve, empty when it does.
struct StatusSource {
  const ring::Ring* ring{};
  std::vector<port::MemberInfo> members;
  const port::Peers& peers;
  std::string waiting;
};

/// Everybody in gossip or in the ring, sorted by id. A member of the ring that nobody has heard of
/// is shown as dead, without a name.
std::vector<port::MemberInfo> list_members(const std::vector<wire::MemberUpdate>& gossip, const ring::Ring* ring,
                                           NodeId self);

/// Is all well, and if not: what is wrong and what to do about it, in words for whoever has to.
port::StatusReply make_status(StatusSource source);

}  // namespace starling::node
