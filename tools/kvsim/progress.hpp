#pragma once

#include <chrono>

#include "kvsim/totals.hpp"

namespace starling::kvsim {

/// Tells on standard error how far a long run is: a line that is written over on a terminal, a plain
/// one now and then elsewhere.
class Progress {
 public:
  explicit Progress(std::uint64_t seeds);
  void show(const Totals& totals);
  /// Makes room for other output.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t seeds_;
  bool on_terminal_;
  Clock::time_point next_;
};

}  // namespace starling::kvsim
