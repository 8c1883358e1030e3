#pragma once

#include <cstdint>

#include "causal/bitmap.hpp"

namespace starling::causal {

/// The counters of one actor that have been seen: all of 1..base, and some above it.
/// `above` never holds base+1 (it would be folded into base), so equal sets have equal fields.
class DotSet {
 public:
  DotSet() = default;
  /// Normalises: folds what touches `base`, drops what lies under it.
  DotSet(std::uint64_t base, Bitmap above);

  /// Whether it was not there yet.
  bool add(std::uint64_t n);
  void join(const DotSet& other);
  bool contains(std::uint64_t n) const;
  /// Every counter of `other` is here too.
  bool covers(const DotSet& other) const;

  std::uint64_t base() const { return base_; }
  /// The highest counter in the set, 0 when empty.
  std::uint64_t max() const;
  const Bitmap& above() const { return above_; }

  friend bool operator==(const DotSet& a, const DotSet& b) { return a.base_ == b.base_ && a.above_ == b.above_; }

 private:
  void fold();

  std::uint64_t base_{};
  Bitmap above_;
};

}  // namespace starling::causal
