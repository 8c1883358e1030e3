#pragma once

#include <cstdint>

#include "port/event.hpp"

namespace starling::topology {

/// Numbers this room's timers and storage commands, so that a late answer is never taken for the
/// one that is waited for.
class Tickets {
 public:
  port::Ticket next() { return {port::Room::topology, ++last_}; }

 private:
  std::uint64_t last_{};
};

}  // namespace starling::topology
