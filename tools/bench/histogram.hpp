#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace starling::bench {

/// Durations in buckets whose width grows with them: 32 for each power of two, so a percentile is
/// right to about 3 %, whatever its size, in 15 KiB.
class Histogram {
 public:
  void add(Duration duration);
  std::uint64_t count() const { return count_; }
  /// The duration that `share` (0..1) of all do not exceed; the largest for 1, zero if there is none.
  Duration percentile(double share) const;

 private:
  static constexpr unsigned precision_bits = 5;
  static constexpr std::size_t buckets = (64 - precision_bits + 1) << precision_bits;

  static std::size_t bucket_of(std::uint64_t ns);
  static std::uint64_t upper_bound_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_{};
  std::uint64_t largest_{};
};

}  // namespace starling::bench
