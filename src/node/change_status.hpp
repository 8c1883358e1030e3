#pragma once

#include "node/rooms.hpp"

namespace starling::node {

/// How far the change that is under way has come, who would like to join, and what a change that does not get
/// on waits for, in words for whoever can do something about it.
void add_change(const Rooms& rooms, Instant now, port::StatusReply& status);

}  // namespace starling::node
