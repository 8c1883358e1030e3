#include <fmt/format.h>

#include "histories.hpp"
#include "history_scene.hpp"

namespace starling::sim {

namespace {

constexpr std::size_t keys = 40;

/// Nothing heals replicas but hints.
node::Config hinting_node() {
  node::Config node = HistoryScene::unhealing_node();
  node.partitions = 16;
  node.handoff_period = 5s;
  return node;
}

}  // namespace

/// A hint stays until its delivery is durable at its target.
std::vector<Violation> delivery_that_was_lost() {
  HistoryScene scene(211, 3, hinting_node(), {.keys = keys});
  const HostIndex gone = 2;
  scene.world.host(gone).kill();
  for (std::size_t key = 0; key < keys; ++key) scene.put(0, key);
  bool sent = false;
  scene.on_commit<storage::ListHints>(0, [&](const auto&) {
    if (!std::exchange(sent, true)) scene.clog(0, {gone});
  });
  scene.world.host(gone).start();
  REQUIRE(scene.world.run_until([&] { return sent; }, 20s));
  scene.world.run_for(10ms);
  scene.world.network().break_connections(gone);
  scene.world.heal();
  scene.world.run_for(30s);
  return scene.verdict_with_replicas(keys);
}

/// What a hint is about may belong to others when it can be delivered.
std::vector<Violation> hint_for_a_former_owner() {
  HistoryScene scene(212, 4, hinting_node(), {.keys = keys}, 1);
  const HostIndex gone = 2, newcomer = 3;
  scene.move_behind(gone, newcomer, keys);
  scene.world.host(gone).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(30s);
  return scene.verdict_with_replicas(keys);
}

/// A row is kept without what its partition has seen, so the two are nothing worth without each other.
std::vector<Violation> restart_between_writes() {
  HistoryScene scene(214, 3);
  const HostIndex writes_over = scene.owners[0], misses_it = scene.owners[1], restarts = scene.owners[2];
  scene.put(misses_it, 0, Op::Strength::all);
  scene.part({misses_it});
  scene.get(writes_over, 0);
  scene.done(scene.clients.put(0, writes_over, 0, Op::Strength::majority, false));
  scene.world.host(restarts).kill();
  scene.world.heal();
  scene.part({writes_over});
  scene.world.host(restarts).start();
  scene.world.run_for(20s);
  scene.get(restarts, 0);
  return scene.verdict();
}

/// What is under way arrives by itself: nothing is sent twice where nothing is lost.
std::vector<Violation> slow_way() {
  node::Config node = Scene::small_node();
  node.repair.interval = 2s;
  node.repair.settle = 1s;
  HistoryScene scene(213, 3, node, {.keys = keys});
  scene.world.network().links().slow_down(0, 2, 300ms);
  for (std::size_t round = 0; round < 1000; ++round) {
    scene.clients.put(0, 0, round % keys, Op::Strength::majority, false);
    scene.world.run_for(20ms);
  }
  scene.world.run_for(5s);
  std::uint64_t sent = 0;
  for (HostIndex host = 0; host < scene.world.hosts(); ++host)
    sent += scene.world.host(host).noticed(port::NoticeKind::row_pulled) +
            scene.world.host(host).noticed(port::NoticeKind::key_exchanged);
  auto found = scene.verdict_with_replicas(keys);
  if (sent > 0) found.push_back({"cost", fmt::format("{} rows were sent that were on their way", sent), {}});
  return found;
}

}  // namespace starling::sim
