#include "causal/bitmap.hpp"

namespace starling::causal {

std::uint32_t end_of_run(const Bitmap& bitmap, std::uint32_t first) {
  const std::uint64_t max = bitmap.maximum();
  std::uint64_t last = first;
  // Strides double while the run goes on, then halve into its end.
  std::uint64_t stride = 1;
  while (last + stride <= max && bitmap.containsRange(last + 1, last + stride + 1)) {
    last += stride;
    stride *= 2;
  }
  for (stride /= 2; stride > 0; stride /= 2)
    if (last + stride <= max && bitmap.containsRange(last + 1, last + stride + 1)) last += stride;
  return static_cast<std::uint32_t>(last);
}

}  // namespace starling::causal
