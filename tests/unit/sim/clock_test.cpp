#include "sim/clock.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::sim;

TEST_CASE(
    "a clock that drifts shows more or less time than passes, never goes back, and knows when it will show what") {
  Agenda agenda;
  Clock clock(agenda);
  const Instant begin = clock.now();
  agenda.run_to(agenda.now() + 10s);
  CHECK(clock.now() - begin == 10s);

  clock.drift(100'000);
  CHECK(clock.now() - begin == 10s);
  agenda.run_to(agenda.now() + 10s);
  CHECK(clock.now() - begin == 21s);

  clock.drift(-300'000);
  agenda.run_to(agenda.now() + 10s);
  CHECK(clock.now() - begin == 29s);

  const Instant target = clock.now() + 777ms;
  const Instant then = clock.when(target);
  agenda.run_to(then - 1us);
  CHECK(clock.now() < target);
  agenda.run_to(then);
  CHECK(clock.now() >= target);
  CHECK(clock.when(begin) <= agenda.now());

  clock.mend();
  const Instant mended = clock.now();
  agenda.run_to(agenda.now() + 1s);
  CHECK(clock.now() - mended == 1s);
}

TEST_CASE("the day that a clock shows may jump, the time that it measures not") {
  Agenda agenda;
  Clock clock(agenda);
  const Instant measured = clock.now();
  const std::uint64_t day = clock.wall().unix_ms;
  constexpr std::chrono::milliseconds year = std::chrono::hours(365 * 24);
  clock.jump(year);
  CHECK(clock.wall().unix_ms == day + static_cast<std::uint64_t>(year.count()));
  clock.jump(-year);
  clock.jump(-year);
  CHECK(clock.wall().unix_ms == day - static_cast<std::uint64_t>(year.count()));
  CHECK(clock.now() == measured);
}

TEST_CASE("a machine that starts measures time anew") {
  Agenda agenda;
  Clock clock(agenda);
  const Instant first = clock.now();
  agenda.run_to(agenda.now() + 10s);
  clock.restart();
  CHECK(clock.now() == first);
}
