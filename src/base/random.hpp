#pragma once

#include <cstdint>
#include <span>
#include <utility>

namespace starling {

/// The only source of chance in the core: xoshiro256** (Blackman, Vigna 2018), seeded by the
/// driver. The same seed gives the same numbers with every compiler; std:: distributions do not.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// Uniform in [0, bound). `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound);
  /// True with probability numerator/denominator.
  bool chance(std::uint64_t numerator, std::uint64_t denominator);
  /// Uniform and never 0, for ids where 0 means "none".
  std::uint64_t nonzero();
  /// An independent generator, so that one room's draws never shift another's.
  Random fork();

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace starling
