#pragma once

#include "node/rooms.hpp"

namespace starling::node {

/// What the rooms know of how replicas heal, put together for people. There is a ring.
port::RepairStatusReply report_repair(const Rooms& rooms, Instant now);

}  // namespace starling::node
