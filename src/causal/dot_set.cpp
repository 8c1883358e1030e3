#include "causal/dot_set.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "causal/dot.hpp"

namespace starling::causal {

namespace {

void remove_up_to(Bitmap& bitmap, std::uint64_t last) {
  Bitmap covered;
  covered.addRange(bitmap.minimum(), last + 1);
  bitmap -= covered;
}

}  // namespace

DotSet::DotSet(std::uint64_t base, Bitmap above) : base_(base), above_(std::move(above)) { fold(); }

bool DotSet::add(std::uint64_t n) {
  ensure(n != 0 && n <= counter_max, "a dot's counter is 1..counter_max");
  if (n <= base_) return false;
  if (n > base_ + 1) return above_.addChecked(static_cast<std::uint32_t>(n));
  base_ = n;
  if (!above_.isEmpty()) fold();
  return true;
}

void DotSet::join(const DotSet& other) {
  base_ = std::max(base_, other.base_);
  above_ |= other.above_;
  fold();
}

bool DotSet::contains(std::uint64_t n) const {
  if (n <= base_) return n != 0;
  return n <= counter_max && above_.contains(static_cast<std::uint32_t>(n));
}

bool DotSet::covers(const DotSet& other) const {
  // base_+1 is missing here, by the invariant: a higher base elsewhere is not covered.
  if (other.base_ > base_) return false;
  const Bitmap beyond = other.above_ - above_;
  return beyond.isEmpty() || beyond.maximum() <= base_;
}

std::uint64_t DotSet::max() const { return above_.isEmpty() ? base_ : above_.maximum(); }

void DotSet::fold() {
  if (above_.isEmpty()) return;
  const std::uint64_t next = base_ + 1;
  const bool touches = next <= counter_max && above_.contains(static_cast<std::uint32_t>(next));
  if (touches) base_ = end_of_run(above_, static_cast<std::uint32_t>(next));
  if (above_.minimum() <= base_) remove_up_to(above_, base_);
}

}  // namespace starling::causal
