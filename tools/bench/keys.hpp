#pragma once

#include <cstdint>
#include <string>

#include "base/random.hpp"

namespace starling::bench {

/// The benchmark's keys are numbered from 0; each is 16 bytes: "key-000000000042".
std::string key_name(std::uint64_t key);
/// Its number, or `none` for another's key in the same bucket.
inline constexpr std::uint64_t no_key = UINT64_MAX;
std::uint64_t key_number(std::string_view name);

/// A number in [0, 1).
double unit(Random& random);

/// Ranks 0, 1, 2, ... with falling probability, as Gray et al. (SIGMOD 1994) draw them, skew 0.99.
class Zipfian {
 public:
  explicit Zipfian(std::uint64_t items);
  std::uint64_t rank(Random& random) const;
  /// The popular ones spread over all keys.
  std::uint64_t scattered(Random& random) const;

 private:
  std::uint64_t items_;
  double zeta_, alpha_, eta_;
};

}  // namespace starling::bench
