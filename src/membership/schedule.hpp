#pragma once

#include <algorithm>
#include <cstdint>

#include "port/outbox.hpp"

namespace starling::membership {

/// Later than everything.
inline constexpr Instant never{Duration::max()};

/// The room's one timer. It is armed for the earliest deadline there is; one that was armed for
/// later is stale by its number.
class Schedule {
 public:
  /// Makes sure that we are woken at `deadline`, or before.
  void wake_at(Instant deadline, Instant now, port::Outbox& out) {
    if (deadline == never) return;
    const Instant at = std::max(deadline, now);
    if (armed_for_ <= at) return;
    armed_for_ = at;
    out.arm({port::Room::membership, ++number_}, at);
  }

  /// By how much the timer `number` is late; less than zero if it is a stale one.
  Duration lateness_of(std::uint64_t number, Instant now) {
    if (number != number_) return Duration{-1};
    const Duration late = now - armed_for_;
    armed_for_ = never;
    return late;
  }

 private:
  std::uint64_t number_{};
  Instant armed_for_{never};
};

}  // namespace starling::membership
