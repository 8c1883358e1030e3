#pragma once

#include <algorithm>
#include <cstddef>

#include "base/time.hpp"

namespace starling::transfer {

/// How long a transfer lets others go first. What its last page took, for each row, against the best
/// that was ever seen tells how many others want the disk: alone it does not wait at all, and the more
/// there are the longer. (Delay as the sign of a queue: LEDBAT, RFC 6817.)
class GiveWay {
 public:
  Duration after(Duration took, std::size_t rows) {
    const Duration each = took / static_cast<std::int64_t>(std::max<std::size_t>(rows, 1));
    // The best is forgotten slowly: the disk may have become slower.
    best_ = best_ == Duration::zero() ? each : std::min(each, best_ + best_ / 64);
    const Duration alone = best_ * 3 * static_cast<std::int64_t>(rows);
    return std::clamp((took - alone) * 4, Duration::zero(), longest);
  }

 private:
  static constexpr Duration longest = 200ms;

  Duration best_{};
};

}  // namespace starling::transfer
