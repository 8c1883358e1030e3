#pragma once

#include <cstdint>

#include <roaring/roaring.hh>

namespace starling::causal {

/// A compressed set of 32-bit integers. The class moved into a namespace after CRoaring 0.2.
#ifdef STARLING_ROARING_GLOBAL
using Bitmap = ::Roaring;
#else
using Bitmap = ::roaring::Roaring;
#endif

/// Moves the iterator to the first member that is not below `n`. (Renamed along the way, too.)
template <class Iterator>
void skip_to(Iterator& it, std::uint32_t n) {
  if constexpr (requires { it.move_equalorlarger(n); })
    it.move_equalorlarger(n);
  else
    it.equalorlarger(n);
}

/// The last n such that all of first..n are in the bitmap; `first` is. Its cost grows with the
/// logarithm of the run.
std::uint32_t end_of_run(const Bitmap& bitmap, std::uint32_t first);

}  // namespace starling::causal
