#include "coordinator/wake_queue.hpp"

#include <algorithm>

namespace starling::coordinator {

void WakeQueue::want(std::uint32_t slot, Instant at) {
  if (slot >= wanted_.size()) wanted_.resize(slot + 1);
  if (wanted_[slot] && *wanted_[slot] <= at) return;
  wanted_[slot] = at;
  heap_.push_back({at, slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

std::optional<std::uint32_t> WakeQueue::pop(Instant now) {
  while (!heap_.empty() && heap_.front().at <= now) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Entry due = heap_.back();
    heap_.pop_back();
    if (wanted_[due.slot] != due.at) continue;
    wanted_[due.slot].reset();
    return due.slot;
  }
  return std::nullopt;
}

std::optional<Instant> WakeQueue::earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

}  // namespace starling::coordinator
