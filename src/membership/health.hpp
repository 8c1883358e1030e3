#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace starling::membership {

/// How far we doubt ourselves: Lifeguard's local health multiplier (§IV-A). A node that is slow
/// to read its own messages sees everybody else fail; the more signs of that, the more patient it
/// becomes. 0 is healthy.
class LocalHealth {
 public:
  static constexpr std::int32_t worst = 8;

  /// True if it changed.
  bool worsen() { return set(score_ + 1); }
  bool improve() { return set(score_ - 1); }

  std::int32_t score() const { return score_; }
  /// A probe's period or time-out as our health allows it.
  Duration scale(Duration base) const { return base * (score_ + 1); }

 private:
  bool set(std::int32_t score) {
    const std::int32_t before = score_;
    score_ = std::clamp(score, 0, worst);
    return score_ != before;
  }

  std::int32_t score_{};
};

}  // namespace starling::membership
