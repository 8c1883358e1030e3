#include "cli/interrupt.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace starling::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// The signal may come to any thread, so nobody's sleep is sure to end by it.
constexpr auto look_every = 50ms;

std::atomic<bool> came;  // a signal's handler has no place for it but here
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

Interrupt::Interrupt() {
  came = false;
  struct sigaction noted{};
  noted.sa_handler = [](int) { came = true; };
  sigaction(SIGINT, &noted, &before_);
}

Interrupt::~Interrupt() { sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::came_within(std::chrono::milliseconds duration) const {
  const Clock::time_point end = Clock::now() + duration;
  for (Clock::time_point now; !came && (now = Clock::now()) < end;)
    std::this_thread::sleep_for(std::min<Clock::duration>(look_every, end - now));
  return came;
}

}  // namespace starling::cli
