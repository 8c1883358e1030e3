#include "kvsim/smallest.hpp"

#include <algorithm>

namespace starling::kvsim {

namespace {

/// Without the part of so many that begins there.
Subset without(const Subset& all, std::size_t first, std::size_t count) {
  Subset rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
  const std::size_t last = std::min(first + count, all.size());
  rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(last), all.end());
  return rest;
}

/// Leaves out one part of `size` after another. True if the failure stayed for any.
bool leave_out(Subset& failing, std::size_t size, const Fails& fails) {
  bool smaller = false;
  for (std::size_t first = 0; first < failing.size();) {
    Subset rest = without(failing, first, size);
    if (fails(rest)) {
      failing = std::move(rest);
      smaller = true;
    } else {
      first += size;
    }
  }
  return smaller;
}

}  // namespace

Subset smallest_failing(Subset all, const Fails& fails) {
  for (std::size_t size = all.size(); size > 0; size /= 2)
    while (leave_out(all, std::min(size, all.size()), fails) && size == 1) {
    }
  return all;
}

}  // namespace starling::kvsim
