#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "starling/client.hpp"

namespace starling::cli {

/// Follows a change of the ring, with a progress bar, until the ring is settled and no further change
/// follows. It asks another member where the one that was asked ends (it may be the one that leaves).
class Watch {
 public:
  explicit Watch(api::Client& client) : first_(client) {}

  /// The status in which the ring is settled; none: Ctrl-C came before.
  api::Result<std::optional<api::Status>> run();

 private:
  using Clock = std::chrono::steady_clock;

  api::Client& asked() { return another_ ? *another_ : first_; }
  api::Result<api::Status> ask();
  void remember_others(const api::Status& status);
  bool is_over(const api::Status& status);
  void show(const api::Status& status);
  void tell_what_stalls(const api::Status& status);
  std::uint64_t rate(std::uint64_t bytes);

  api::Client& first_;
  std::optional<api::Client> another_;  ///< asked in place of the first
  std::vector<std::string> others_;     ///< where members answer clients, the one that is asked aside
  Interrupt interrupt_;
  Progress progress_{"partitions"};
  Clock::time_point answered_ = Clock::now();
  std::optional<Clock::time_point> settled_since_;

  /// How much had arrived at a moment: what the rate is made of.
  struct Sample {
    Clock::time_point at;
    std::uint64_t bytes{};
  };
  std::vector<Sample> samples_;
  /// To see if anything happens.
  struct Reached {
    std::uint64_t epoch{};
    std::uint64_t partitions{};
    std::uint64_t bytes{};
    friend bool operator==(const Reached&, const Reached&) = default;
  };
  Reached reached_;
  Clock::time_point moved_ = Clock::now();
};

}  // namespace starling::cli
