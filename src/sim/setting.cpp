#include "sim/setting.hpp"

#include <algorithm>

namespace starling::sim {

namespace {

/// So quick that even a short partition ends with everybody dead for the others.
constexpr membership::Profile quick{.probe_period = 200ms,
                                    .probe_timeout = 100ms,
                                    .suspicion_multiplier = 2,
                                    .suspicion_max_multiplier = 3,
                                    .gossip_period = 50ms,
                                    .push_pull_period = 5s};

}  // namespace

Setting::Setting(std::uint64_t seed, std::size_t hosts_max, RingChanges wanted) : hosts(hosts_max) {
  Random random(~seed);
  if (random.chance(1, 6)) slowness = 4;
  if (random.chance(1, 2)) node.gossip = membership::Profile::local();
  if (random.chance(1, 4)) node.gossip = quick;
  supervised = random.chance(1, 2);
  ring_changes = random.chance(1, 3);
  if (wanted != RingChanges::by_seed) ring_changes = wanted == RingChanges::always;
  node.partitions = 16;
  node.repair.interval = 10s;
  node.repair.settle = 1s;
  if (ring_changes) draw_changes(random);
}

void Setting::draw_changes(Random& random) {
  // Few partitions and a key in each, so that whatever moves is read and written meanwhile.
  node.partitions = 2U << random.below(4);
  if (random.chance(1, 4)) hosts = 1 + random.below(hosts);
  if (random.chance(1, 2)) {
    node.transfer.rate = 400U << random.below(6);  // a partition has some hundred bytes
    node.transfer.quiet_page_bytes = node.transfer.page_bytes = 64U << random.below(4);
    node.transfer.drop_rows = 1;
  }
  if (random.chance(1, 2)) {
    node.repair.interval = 25s;
    node.repair.settle = 5s;
    node.handoff_period = 15s;
  }
  if (random.chance(1, 2)) loyal_percent = static_cast<std::uint32_t>(random.below(101));
}

Workload Setting::draw_workload(Random& random) const {
  Workload load = Workload::draw(random);
  load.think_max *= slowness;
  load.loyal_percent = loyal_percent;
  load.settled_percent = std::max(load.settled_percent, loyal_percent);
  if (ring_changes) load.keys = std::max<std::size_t>(load.keys, node.partitions);
  return load;
}

}  // namespace starling::sim
