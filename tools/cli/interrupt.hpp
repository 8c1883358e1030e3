#pragma once

#include <chrono>

#include <csignal>

namespace starling::cli {

/// While it lives, Ctrl-C is noted instead of ending the program. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Waits for so long, or until Ctrl-C: then true.
  bool came_within(std::chrono::milliseconds duration) const;

 private:
  struct sigaction before_{};
};

}  // namespace starling::cli
