#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.hpp"

namespace starling::sim {

/// What will happen, in the order of (instant, when it was put here). The only clock of a
/// simulated world: it jumps from one entry to the next.
class Agenda {
 public:
  using Action = std::function<void()>;

  void at(Instant instant, Action action) {
    entries_.emplace(std::pair{std::max(instant, now_), ++sequence_}, std::move(action));
  }
  void after(Duration delay, Action action) { at(now_ + delay, std::move(action)); }

  /// Does what comes next, if that is not later than `limit`.
  bool step(Instant limit);
  /// Everything up to and including `instant`, and then it is that late.
  void run_to(Instant instant);

  Instant now() const { return now_; }
  std::uint64_t done() const { return done_; }

 private:
  std::map<std::pair<Instant, std::uint64_t>, Action> entries_;
  Instant now_;
  std::uint64_t sequence_{};
  std::uint64_t done_{};
};

}  // namespace starling::sim
