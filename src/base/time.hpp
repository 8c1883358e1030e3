#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace starling {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;

/// A point on the driver's monotonic clock. The core compares instants and never reads a clock.
struct Instant {
  Duration since_start{};

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant at, Duration by) { return {at.since_start + by}; }
  friend constexpr Instant operator-(Instant at, Duration by) { return {at.since_start - by}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return a.since_start - b.since_start; }
};

/// Milliseconds since 1970 as this machine believes them. Only last-write-wins, expiry and humans use it.
struct WallTime {
  std::uint64_t unix_ms{};
  friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
};

}  // namespace starling
