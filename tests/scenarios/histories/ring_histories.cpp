#include "histories.hpp"
#include "history_scene.hpp"
#include "topology/acceptor.hpp"

namespace starling::sim {

/// The seal: reads by the old lists are over when so many of those go by the ring after them that no quorum is left.
std::vector<Violation> read_behind_the_seal() {
  HistoryScene scene(201);
  const HostIndex stays = scene.owners[0], misses_it = scene.owners[1], leaves = scene.owners[2];
  scene.put(stays, 0);
  bool parted = false;
  for (const HostIndex newcomer : scene.others)
    scene.on_commit<storage::MergePage>(newcomer, [&](const storage::MergePage& page) {
      if (page.seen && !std::exchange(parted, true))
        scene.part({misses_it, leaves});  // the newcomer holds everything now
    });
  scene.order(stays, HistoryScene::Kind::leave, {leaves});
  REQUIRE(scene.world.run_until([&] { return parted; }, 20s));
  scene.world.run_for(10s);
  scene.try_put(stays);
  scene.get(misses_it, 0);
  return scene.verdict();
}

/// Versions: who goes by a newer ring takes no part in a quorum of an older one.
std::vector<Violation> write_by_an_old_ring() {
  HistoryScene scene(202);
  const HostIndex misses_it = scene.owners[0], stays = scene.owners[1], leaves = scene.owners[2];
  scene.put(stays, 0);
  scene.world.run_for(5s);
  scene.clog(misses_it, {stays, scene.others[0], scene.others[1]});
  scene.world.network().links().slow_down(leaves, misses_it, 60ms);  // so that nobody tells it of the change in time
  std::optional<HostIndex> newcomer;
  OpId put{};
  for (const HostIndex other : scene.others)
    scene.on_commit<storage::MergePage>(other, [&, other](const storage::MergePage& page) {
      if (!page.seen) return;
      if (!newcomer) put = scene.clients.put(0, misses_it, 0, Op::Strength::majority, true);
      newcomer = other;
    });
  scene.order(stays, HistoryScene::Kind::leave, {leaves});
  REQUIRE(scene.world.run_until([&] { return newcomer.has_value(); }, 20s));
  scene.done(put);
  REQUIRE(scene.world.run_until([&] { return !scene.goes_by(*newcomer, ring::Stage::read_old); }, 5s));
  scene.get(*newcomer, 0);
  return scene.verdict();
}

/// Newcomers are not read before they hold what they are going to own.
std::vector<Violation> read_of_a_newcomer() {
  HistoryScene scene(203);
  const HostIndex has_it = scene.owners[0], lacks_it = scene.owners[1], leaves = scene.owners[2];
  scene.clog(has_it, {lacks_it});
  scene.put(has_it, 0);
  for (const HostIndex other : scene.others) scene.world.network().links().clog(other, leaves);
  scene.order(scene.others[0], HistoryScene::Kind::leave, {leaves});
  REQUIRE(scene.watch_for([&] { return scene.goes_by(lacks_it, ring::Stage::read_old); }, 5s));
  scene.get(lacks_it, 0);
  return scene.verdict();
}

/// Likewise, when the change goes on without them.
std::vector<Violation> newcomer_left_behind() {
  HistoryScene scene(207);
  const HostIndex has_it = scene.owners[0], lacks_it = scene.owners[1], leaves = scene.owners[2];
  scene.clog(has_it, {lacks_it});
  scene.put(has_it, 0);
  for (const HostIndex other : scene.others) scene.clog(other, {has_it, leaves});
  scene.order(lacks_it, HistoryScene::Kind::leave, {leaves});
  if (scene.watch_for([&] { return scene.goes_by(lacks_it, ring::Stage::read_new); }, 3s)) scene.get(lacks_it, 0);
  return scene.verdict();
}

/// A copy of one replica is not all that a majority has acknowledged.
std::vector<Violation> ignorant_source() {
  HistoryScene scene(204);
  const HostIndex lacks_it = scene.owners[0], has_it = scene.owners[1], dead = scene.owners[2];
  scene.world.host(lacks_it).disk().stall(1s);
  scene.put(has_it, 0);
  scene.world.host(lacks_it).kill();  // what waited for the disk is gone
  scene.world.run_for(2s);
  scene.world.host(lacks_it).start();
  REQUIRE(scene.all_well(20s));
  scene.world.host(dead).kill();
  scene.world.run_for(20s);
  scene.order(has_it, HistoryScene::Kind::remove, {dead});
  std::optional<ring::Ring> ring;
  const auto changed = [&] {
    ring = ring_at(scene.world, has_it);
    return ring && ring->settled() && ring->epoch().value > 1;
  };
  REQUIRE(scene.world.run_until(changed, 20s));
  for (const HostIndex other : scene.others)
    if (ring->owns(scene.world.host(other).id(), PartitionId{0})) scene.get(other, 0);
  return scene.verdict();
}

/// Who has to go forgets nothing before the next owners have all of it.
std::vector<Violation> write_at_one_who_left() {
  HistoryScene scene(205);
  const HostIndex stays = scene.owners[0], leaves = scene.owners[2];
  scene.world.run_for(5s);
  bool parted = false;
  scene.on_commit<storage::SaveRecord>(stays, [&](const storage::SaveRecord& save) {
    if (save.name == topology::Acceptor::record_name && !std::exchange(parted, true)) scene.part({leaves});
  });
  scene.order(stays, HistoryScene::Kind::leave, {leaves});
  REQUIRE(scene.world.run_until([&] { return parted; }, 5s));
  scene.put(leaves, 0, Op::Strength::one);
  scene.world.run_for(30s);
  const auto ring = ring_at(scene.world, stays);
  REQUIRE((ring->settled() && ring->epoch().value > 1));
  scene.world.heal();
  REQUIRE(scene.world.run_until([&] { return !scene.world.host(leaves).up(); }, 60s));
  scene.world.retire(leaves);
  return scene.verdict_with_replicas(1);
}

/// Paxos Made Simple, P1a: who has promised a ballot accepts none below it.
std::vector<Violation> two_proposers() {
  HistoryScene scene(206, 3);
  const HostIndex early = 0, late = 1, voter = 2;
  scene.world.cut(early, late);
  int votes = 0;
  scene.on_commit<storage::SaveRecord>(voter, [&](const storage::SaveRecord& save) {
    if (save.name != topology::Acceptor::record_name) return;
    ++votes;
    if (votes == 1) scene.world.network().links().clog(early, voter);  // has the promise, and asks to accept
    if (votes == 3) scene.world.network().links().block(late, voter);  // has the acceptance, and tells nobody
  });
  scene.order(early, HistoryScene::Kind::leave, {late});
  REQUIRE(scene.watch_for([&] { return votes == 1; }, 5s));
  scene.world.run_for(5ms);
  scene.order(late, HistoryScene::Kind::leave, {early});
  REQUIRE(scene.watch_for([&] { return scene.goes_by(late, ring::Stage::read_old); }, 5s));
  REQUIRE(votes == 3);
  scene.world.network().links().unclog(early, voter);
  scene.world.run_for(100ms);
  return scene.verdict();
}

}  // namespace starling::sim
