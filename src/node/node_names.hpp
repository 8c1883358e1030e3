#pragma once

#include <vector>

#include "base/error.hpp"
#include "port/topology.hpp"
#include "wire/messages.hpp"

namespace starling::node {

/// Somebody who may be named.
struct Named {
  NodeId node;
  std::string name;
  Address peer;
};

std::vector<Named> everybody(const std::vector<wire::MemberUpdate>& members, const std::vector<wire::JoinAsk>& joiners);

/// By name, id, or peer address. `not_found` with the nearest known name; `invalid` for a name that two nodes have.
Result<NodeId> find_node(const port::NodeName& name, const std::vector<Named>& known);

}  // namespace starling::node
