#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace starling::coordinator {

/// When to look at which slot again. A promise to look at a slot is kept even if what was in it is
/// gone; the new tenant then says when to look next. So a slot has one entry, which most requests
/// inherit from the one before and never touch: deadlines cost next to nothing, and nothing is
/// ever cancelled.
class WakeQueue {
 public:
  /// The slot is looked at no later than `at`.
  void want(std::uint32_t slot, Instant at);
  /// A slot that is due, taken from the queue.
  std::optional<std::uint32_t> pop(Instant now);
  std::optional<Instant> earliest() const;

 private:
  struct Entry {
    Instant at;
    std::uint32_t slot{};
  };
  static bool later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.slot > b.slot; }

  std::vector<Entry> heap_;
  std::vector<std::optional<Instant>> wanted_;  ///< by slot; an entry at another instant was overtaken
};

}  // namespace starling::coordinator
