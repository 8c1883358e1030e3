#include "sim/clock.hpp"

namespace starling::sim {

namespace {

constexpr std::chrono::milliseconds wall_at_start{1'750'000'000'000};

/// In whole numbers, so that every compiler has the same. Rounded up.
Duration scaled(Duration span, std::int64_t by, std::int64_t over) {
  const __int128 product = static_cast<__int128>(span.count()) * by;
  return Duration(static_cast<std::int64_t>((product + over - 1) / over));
}

}  // namespace

Instant Clock::now() const { return set_to_ + scaled(agenda_.now() - set_at_, rate_, million); }

Instant Clock::when(Instant local) const {
  return local <= set_to_ ? set_at_ : set_at_ + scaled(local - set_to_, million, rate_);
}

WallTime Clock::wall() const {
  const auto shown =
      wall_at_start + wall_ahead_ + std::chrono::duration_cast<std::chrono::milliseconds>(agenda_.now().since_start);
  return WallTime{static_cast<std::uint64_t>(shown.count())};
}

void Clock::drift(std::int64_t ppm) {
  set_to_ = now();
  set_at_ = agenda_.now();
  rate_ += ppm;
}

void Clock::mend() {
  drift(million - rate_);
  wall_ahead_ = {};
}

void Clock::restart() {
  set_to_ = first;
  set_at_ = agenda_.now();
}

}  // namespace starling::sim
