#include "runtime/timers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

port::Ticket ticket(std::uint64_t number) { return {port::Room::node, number}; }

struct Collector final : EventSink {
  void handle(port::Event event) override { events.push_back(std::move(event)); }
  std::vector<port::Event> events;
};

}  // namespace

TEST_CASE("timers come in the order of their instants, equal ones in the order of arming") {
  TimerHeap heap;
  Random random(7);
  std::vector<std::pair<Instant, std::uint64_t>> armed;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Instant at{Duration(static_cast<std::int64_t>(random.below(100)))};
    heap.arm(ticket(i), at);
    armed.emplace_back(at, i);
  }
  std::ranges::sort(armed);
  for (const auto& [at, number] : armed) {
    REQUIRE(heap.next() == at);
    REQUIRE(heap.pop_due(at) == ticket(number));
  }
  CHECK_FALSE(heap.next());
}

TEST_CASE("nothing is due before its instant") {
  TimerHeap heap;
  heap.arm(ticket(1), Instant{10ms});
  CHECK_FALSE(heap.pop_due(Instant{10ms - 1ns}));
  CHECK(heap.pop_due(Instant{10ms}) == ticket(1));
}

TEST_CASE("the loop delivers timers at or after their instant, an earlier one armed later included") {
  Loop loop;
  Collector sink;
  Timers timers(loop, sink);
  const Instant start = loop.now();
  timers.arm(ticket(2), start + 30ms);
  timers.arm(ticket(1), start + 5ms);
  std::vector<Instant> seen;
  loop.on_turn_end([&] {
    while (seen.size() < sink.events.size()) seen.push_back(loop.now());
    if (seen.size() == 2) loop.stop();
  });
  loop.run();
  REQUIRE(sink.events.size() == 2);
  CHECK(std::get<port::TimerElapsed>(sink.events[0]).ticket == ticket(1));
  CHECK(std::get<port::TimerElapsed>(sink.events[1]).ticket == ticket(2));
  CHECK(seen[0] >= start + 5ms);
  CHECK(seen[1] >= start + 30ms);
}
