#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "sim/agenda.hpp"

namespace starling::sim {

/// The clocks of one machine. One only goes forward, at a rate of its own; when the machine starts
/// it begins anew. The other says what day it is, and may be wrong by any amount.
class Clock {
 public:
  explicit Clock(const Agenda& agenda) : agenda_(agenda), set_at_(agenda.now()), set_to_(first) {}

  Instant now() const;
  /// When this clock will show `local`, in the world's time, if its rate stays what it is.
  Instant when(Instant local) const;
  WallTime wall() const;

  /// Faster (or slower) by so many millionths than until now.
  void drift(std::int64_t ppm);
  /// From now on at the right rate, and the right day.
  void mend();
  void jump(std::chrono::milliseconds by) { wall_ahead_ += by; }
  /// The machine loses its power.
  void restart();

 private:
  static constexpr Instant first{1s};
  static constexpr std::int64_t million = 1'000'000;

  const Agenda& agenda_;
  Instant set_at_;  ///< in the world's time: then it showed `set_to_`
  Instant set_to_;
  std::int64_t rate_{million};  ///< how many of its seconds pass in a million seconds
  std::chrono::milliseconds wall_ahead_{};
};

}  // namespace starling::sim
