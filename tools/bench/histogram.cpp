#include "bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace starling::bench {

void Histogram::add(Duration duration) {
  auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  ++counts_[bucket_of(ns)];
  ++count_;
  largest_ = std::max(largest_, ns);
}

Duration Histogram::percentile(double share) const {
  if (count_ == 0) return {};
  auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    seen += counts_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1))
      return Duration(static_cast<std::int64_t>(std::min(upper_bound_of(bucket), largest_)));
  }
  return Duration(static_cast<std::int64_t>(largest_));
}

std::size_t Histogram::bucket_of(std::uint64_t ns) {
  auto width = static_cast<unsigned>(std::bit_width(ns));
  if (width <= precision_bits) return ns;  // exact
  unsigned shift = width - precision_bits - 1;
  std::uint64_t leading = ns >> shift;  // precision_bits + 1 bits, the first of them set
  return ((shift + 1) << precision_bits) + (leading & ((1U << precision_bits) - 1));
}

std::uint64_t Histogram::upper_bound_of(std::size_t bucket) {
  std::size_t group = bucket >> precision_bits;
  std::uint64_t within = bucket & ((1U << precision_bits) - 1);
  if (group == 0) return within;
  std::uint64_t leading = (std::uint64_t{1} << precision_bits) | within;
  return ((leading + 1) << (group - 1)) - 1;
}

}  // namespace starling::bench
