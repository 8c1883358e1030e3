#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.hpp"

namespace starling::topology::testing {

/// What is going to happen to all nodes of a test, in order of time, and at one instant in the order in which it was
/// planned.
class Calendar {
 public:
  /// Called before each event with the number of it.
  std::function<void(std::size_t)> before_event;

  Instant now() const { return now_; }
  std::size_t events() const { return events_; }

  void plan(Instant at, std::function<void()> event) { queue_.emplace(std::pair{at, ++sequence_}, std::move(event)); }
  /// Until nothing happens any more, or for so long.
  void run(Duration for_at_most) {
    const Instant end = now_ + for_at_most;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      if (before_event) before_event(events_);
      ++events_;
      now_ = queue_.begin()->first.first;
      auto event = std::move(queue_.begin()->second);
      queue_.erase(queue_.begin());
      event();
    }
    now_ = end;
  }

 private:
  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> queue_;
  Instant now_;
  std::uint64_t sequence_{};
  std::size_t events_{};
};

}  // namespace starling::topology::testing
