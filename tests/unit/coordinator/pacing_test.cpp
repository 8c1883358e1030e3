#include <doctest/doctest.h>

#include <map>

#include "base/random.hpp"
#include "coordinator/hybrid_clock.hpp"
#include "coordinator/latency_estimate.hpp"
#include "coordinator/wake_queue.hpp"

using namespace starling;
using namespace starling::coordinator;

TEST_CASE("hybrid time follows the wall clock and never stands still or goes back") {
  HybridClock clock;
  const auto first = clock.tick({1'000});
  CHECK(first == 1'000ULL << 16);
  CHECK(clock.tick({1'000}) == first + 1);
  CHECK(clock.tick({900}) == first + 2);
  CHECK(clock.tick({1'001}) == 1'001ULL << 16);
}

TEST_CASE("the latency estimate settles where one answer in twenty is above it") {
  LatencyEstimate estimate(100us, 1s);
  Random random(3);
  for (int i = 0; i < 20'000; ++i) estimate.on_answer(Duration(1'000'000 + random.below(10'000'000)));
  int late = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Duration took(1'000'000 + random.below(10'000'000));
    late += took > estimate.p95() ? 1 : 0;
    estimate.on_answer(took);
  }
  CHECK(late > 700);
  CHECK(late < 1'300);
}

TEST_CASE("the latency estimate follows a change of scale within a few hundred answers, inside its bounds") {
  LatencyEstimate estimate(1ms, 50ms);
  for (int i = 0; i < 5'000; ++i) estimate.on_answer(10us);
  CHECK(estimate.p95() == 1ms);
  for (int i = 0; i < 300; ++i) estimate.on_answer(20ms);
  CHECK(estimate.p95() > 19ms);
  for (int i = 0; i < 300; ++i) estimate.on_late();
  CHECK(estimate.p95() == 50ms);
}

TEST_CASE("a slot is due at the earliest instant that was wanted for it, once") {
  WakeQueue wakes;
  const Instant start{1s};
  wakes.want(3, start + 5ms);
  wakes.want(1, start + 2ms);
  wakes.want(3, start + 1ms);
  wakes.want(3, start + 9ms);  // sooner was promised already
  CHECK(wakes.earliest() == start + 1ms);
  CHECK_FALSE(wakes.pop(start));
  CHECK(wakes.pop(start + 1ms) == 3U);
  CHECK_FALSE(wakes.pop(start + 1ms));
  CHECK(wakes.pop(start + 10ms) == 1U);
  CHECK_FALSE(wakes.pop(start + 10ms));
  CHECK_FALSE(wakes.earliest());
}

TEST_CASE("no wish is forgotten and none is kept twice, whatever the order") {
  Random random(11);
  WakeQueue wakes;
  std::map<std::uint32_t, Instant> wanted;
  Instant now{};
  for (int i = 0; i < 20'000; ++i) {
    const auto slot = static_cast<std::uint32_t>(random.below(16));
    const Instant at = now + Duration(random.below(100));
    wakes.want(slot, at);
    if (const auto known = wanted.find(slot); known == wanted.end() || at < known->second) wanted[slot] = at;
    now = now + Duration(random.below(10));
    while (const auto due = wakes.pop(now)) {
      REQUIRE(wanted.contains(*due));
      REQUIRE(wanted[*due] <= now);
      wanted.erase(*due);
    }
    for (const auto& [waiting, when] : wanted) REQUIRE(when > now);
  }
}
