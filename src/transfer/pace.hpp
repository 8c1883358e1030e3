#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace starling::transfer {

/// So many bytes per second: what has been taken is paid for with time before more is asked for.
class Pace {
 public:
  explicit Pace(std::uint64_t bytes_per_second) : rate_(std::max<std::uint64_t>(bytes_per_second, 1)) {}

  void spend(std::uint64_t bytes, Instant now) {
    free_at_ = std::max(free_at_, now) + Duration(1'000'000'000 * bytes / rate_);
  }
  /// Others are to have so much time first.
  void wait_for(Duration others, Instant now) { free_at_ = std::max(free_at_, now + others); }
  Instant free_at() const { return free_at_; }

 private:
  std::uint64_t rate_;
  Instant free_at_;
};

}  // namespace starling::transfer
