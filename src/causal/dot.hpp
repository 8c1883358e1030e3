#pragma once

#include <compare>
#include <cstdint>

#include "base/ids.hpp"

namespace starling::causal {

/// The name of one write: the n-th that `actor` coordinated. Never issued twice, by anyone, ever.
/// Counters are dense per actor, start at 1, and stay below 2³² (a Roaring bitmap holds them);
/// an actor that reaches the end is replaced by a new one.
struct Dot {
  ActorId actor;
  std::uint64_t n{};
  friend constexpr auto operator<=>(const Dot&, const Dot&) = default;
};

inline constexpr std::uint64_t counter_max = 0xffff'fffeULL;

}  // namespace starling::causal
