#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace starling::cli {

/// How far something has come, on standard error: a bar that is drawn again and again on a terminal,
/// elsewhere a plain line now and then.
class Progress {
 public:
  /// `what` is counted: "comparisons".
  explicit Progress(std::string what);

  /// `more` is said after the count.
  void show(std::size_t done, std::size_t all, std::string_view more = {});
  /// Makes room for other words.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool on_terminal_;
  Clock::time_point next_;
  bool complete_{};  ///< as it was shown last
};

}  // namespace starling::cli
