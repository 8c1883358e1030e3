#include "sim/workload.hpp"

namespace starling::sim {

namespace {

constexpr std::uint32_t attempts_max = 4;

std::uint32_t up_to(Random& random, std::uint32_t most) { return static_cast<std::uint32_t>(random.below(most + 1)); }

/// Not at all in one of two seeds.
std::uint32_t perhaps(Random& random, std::uint32_t most) { return random.chance(1, 2) ? 0 : up_to(random, most); }

}  // namespace

Workload Workload::draw(Random& random) {
  Workload load;
  load.clients = 2 + random.below(5);
  load.moves_on = random.chance(1, 3);
  load.keys = load.moves_on ? 10 + random.below(20) : 1 + random.below(5);
  load.counters = random.chance(1, 2) ? 0 : 1 + random.below(load.keys);
  load.think_max = 10ms * static_cast<std::int64_t>(1 + random.below(15));
  load.hot_percent = perhaps(random, 90);
  load.gets_percent = 20 + up_to(random, 50);
  load.deletes_percent = random.chance(1, 3) ? 0 : up_to(random, 50);
  load.unread_percent = random.chance(3, 4) ? 0 : up_to(random, 50);
  load.blind_percent = random.chance(1, 3) ? 0 : up_to(random, 60);
  load.weak_percent = perhaps(random, 30);
  load.strong_percent = perhaps(random, 20);
  if (random.chance(1, 6)) load.strong_percent = 100;
  load.sloppy_percent = perhaps(random, 60);
  load.settled_percent = perhaps(random, 100);
  load.holding_percent = perhaps(random, 60);
  load.retrying_percent = perhaps(random, 100);
  load.hasty_percent = perhaps(random, 50);
  return load;
}

std::vector<Habits> draw_habits(const Workload& workload, std::size_t hosts, Random& random) {
  std::vector<Habits> all(workload.clients);
  // Where all are at home at one node, the others only ever merge.
  const HostIndex first_home = random.below(hosts);
  const bool together = random.chance(1, 2);
  for (Habits& habits : all) {
    habits.home = together ? first_home : random.below(hosts);
    habits.settled = random.chance(workload.settled_percent, 100);
    habits.loyal = habits.settled && workload.loyal_percent != 0 && random.chance(workload.loyal_percent, 100);
    if (random.chance(workload.holding_percent, 100)) habits.holds = 1s + 1ms * up_to(random, 9'000);
    if (random.chance(workload.retrying_percent, 100)) habits.attempts = 2 + up_to(random, attempts_max - 2);
    if (random.chance(workload.hasty_percent, 100)) habits.patience = 20ms + 1ms * up_to(random, 500);
  }
  return all;
}

}  // namespace starling::sim
