#pragma once

#include <cstdint>

#include "port/event.hpp"

namespace starling::port {

/// Numbers one room's timers and storage commands from 1, so that a late answer is never taken for
/// the one that is waited for.
class Tickets {
 public:
  explicit Tickets(Room room) : room_(room) {}
  Ticket next() { return {room_, ++last_}; }

 private:
  Room room_;
  std::uint64_t last_{};
};

}  // namespace starling::port
