#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/ensure.hpp"

namespace starling {

/// Things under way, each found again by the number that was given out for it: one index and one
/// comparison for a look-up, and slots are used again instead of being allocated. A number is
/// never given out twice; starting from a random one keeps those of an earlier boot apart too.
template <class T>
class SlotTable {
 public:
  static constexpr unsigned slot_bits = 20;

  explicit SlotTable(std::uint64_t random_start) : next_((random_start >> (slot_bits + 1)) + 1) {}

  std::uint64_t insert(T item) {
    std::uint32_t slot{};
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      ensure(slot < 1U << slot_bits, "a slot table is full");
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot].item.emplace(std::move(item));
    ++size_;
    return name(slot);
  }

  /// Null for what is no longer there. Good until the next insert().
  T* find(std::uint64_t number) {
    const std::uint32_t slot = slot_of(number);
    return slot < slots_.size() && slots_[slot].item && slots_[slot].number == number ? &*slots_[slot].item : nullptr;
  }

  /// The same thing under a new number, so that answers to the old one are no longer taken for its own.
  std::uint64_t renumber(std::uint64_t number) {
    ensure(find(number) != nullptr, "renumbering what is not there");
    return name(slot_of(number));
  }

  void erase(std::uint64_t number) {
    ensure(find(number) != nullptr, "erasing what is not there");
    const std::uint32_t slot = slot_of(number);
    slots_[slot].item.reset();
    free_.push_back(slot);
    --size_;
  }

  static std::uint32_t slot_of(std::uint64_t number) {
    return static_cast<std::uint32_t>(number & ((1U << slot_bits) - 1));
  }
  /// The number of what is in a slot now, if anything is.
  std::optional<std::uint64_t> in_slot(std::uint32_t slot) const {
    if (slot >= slots_.size() || !slots_[slot].item) return std::nullopt;
    return slots_[slot].number;
  }

  std::size_t size() const { return size_; }
  /// One past the highest slot in use.
  std::uint32_t slots() const { return static_cast<std::uint32_t>(slots_.size()); }

 private:
  struct Slot {
    std::uint64_t number{};
    std::optional<T> item;
  };

  std::uint64_t name(std::uint32_t slot) { return slots_[slot].number = next_++ << slot_bits | slot; }

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_;
  std::size_t size_{};
};

}  // namespace starling
