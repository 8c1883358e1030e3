#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace starling::port {

/// Work that nobody waits for takes its turn beside requests, a piece at a time: after a piece that took so long, all
/// others have the disk for so many times as long.
inline Duration rest_after(Duration piece, int others_share = 4) {
  constexpr Duration shortest = 1ms;
  constexpr Duration longest = 200ms;
  return std::clamp(others_share * piece, shortest, longest);
}

}  // namespace starling::port
