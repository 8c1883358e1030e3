#pragma once

#include "gateway/arguments.hpp"
#include "port/client.hpp"

/// The methods by which an operator changes the ring: arguments in, one request out.
namespace starling::gateway {

/// cluster.join, cluster.leave, cluster.remove: one node, or an array of them.
port::ChangeRequest read_change_of_nodes(Arguments& arguments, port::ChangeRequest::Kind kind);
/// cluster.replace: the old node, then the new one.
port::ChangeRequest read_replace(Arguments& arguments);
/// cluster.abort.
port::ChangeRequest read_abort(Arguments& arguments);
/// cluster.plan: a dry run of the change that its options name; of a rebalance if they name none.
port::ChangeRequest read_plan(Arguments& arguments);

}  // namespace starling::gateway
