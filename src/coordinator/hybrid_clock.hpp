#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace starling::coordinator {

/// Hybrid logical time: the wall clock's milliseconds above 16 logical bits, and always later
/// than what it said before, however the wall clock jumps. Kulkarni et al. 2014.
class HybridClock {
 public:
  std::uint64_t tick(WallTime wall) { return last_ = std::max(wall.unix_ms << 16, last_ + 1); }

 private:
  std::uint64_t last_{};
};

}  // namespace starling::coordinator
