#pragma once

#include <vector>

#include "port/client.hpp"

namespace starling::node {

/// What is wrong with healing, and what to do about it, in words for whoever has to: partitions that
/// have not been compared for longer than twice the interval, and tombstones that cannot go because
/// somebody who is not there has not seen them.
std::vector<port::Problem> repair_problems(const port::RepairStatusReply& status);

/// So many partitions of this node are recovering.
port::Problem recovering_problem(std::size_t partitions);

}  // namespace starling::node
