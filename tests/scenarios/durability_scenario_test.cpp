#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

TEST_CASE("kill -9 of any one of three nodes, over and over under load, loses nothing at W=R=2") {
  Workload load{
      .clients = 6, .keys = 8, .think_max = 20ms, .deletes_percent = 5, .weak_percent = 0, .strong_percent = 0};
  Scene scene(11, 3, load);
  scene.clients.start(scene.world.now() + 60s);
  for (int round = 0; round < 30; ++round) {
    const std::size_t victim = scene.world.random().below(3);
    scene.world.run_for(Duration(scene.world.random().below(1'000'000'000)));
    scene.world.host(victim).kill();
    scene.world.run_for(Duration(scene.world.random().below(1'000'000'000)));
    scene.world.host(victim).start();
    REQUIRE(scene.all_well(20s));
  }
  scene.world.run_until([&] { return scene.clients.idle(); }, 120s);
  for (std::size_t key = 0; key < load.keys; ++key) CHECK(scene.get(0, key).outcome == Op::Outcome::done);
  scene.check_promises();

  std::size_t done = 0;
  for (const Op& op : scene.history.ops) {
    const bool excused =
        op.words == "the connection broke" || op.words == "nobody listens there" || op.words.starts_with("NOT_READY");
    CHECK_MESSAGE((op.outcome == Op::Outcome::done || excused), op.words);
    done += op.outcome == Op::Outcome::done ? 1 : 0;
  }
  CHECK(done > 2000);
}

TEST_CASE("a node restored from an old copy of its directory issues no dot twice, and loses nothing") {
  Scene scene(12, 3);
  const OpId first = scene.put(0, 0, Op::Strength::all);
  const DirectoryCopy old_copy = scene.world.host(0).disk().copy();
  std::vector<OpId> later;
  for (int i = 0; i < 5; ++i) later.push_back(scene.put(0, 0, Op::Strength::all));

  scene.world.host(0).kill();
  scene.world.host(0).disk().restore(old_copy);
  scene.world.host(0).start();
  REQUIRE(scene.all_well(20s));
  CHECK(scene.world.host(0).noticed(port::NoticeKind::actor_doubted) > 0);

  // Blind, so that nothing but a new actor keeps the new values from being taken for the old ones.
  for (int i = 0; i < 5; ++i) later.push_back(scene.put(0, 0, Op::Strength::all));
  const Op& read = scene.get(1, 0);
  CHECK(read.values.contains(first));
  for (OpId put : later) CHECK(read.values.contains(put));
  scene.check_promises();
}

TEST_CASE("a restored directory that can ask nobody mints new actors rather than trust itself") {
  Scene scene(13, 3);
  scene.put(0, 0, Op::Strength::all);
  const DirectoryCopy old_copy = scene.world.host(0).disk().copy();
  for (int i = 0; i < 3; ++i) scene.put(0, 0, Op::Strength::all);

  scene.world.host(0).kill();
  scene.world.host(0).disk().restore(old_copy);
  scene.world.cut(0, 1);
  scene.world.cut(0, 2);
  scene.world.host(0).start();
  REQUIRE(scene.world.run_until([&] { return scene.world.host(0).ready(); }, 10s));
  for (std::size_t key = 0; key < 4; ++key) scene.done(scene.clients.put(0, 0, key, Op::Strength::one, true));
  scene.world.heal();
  REQUIRE(scene.all_well(60s));
  for (std::size_t key = 0; key < 4; ++key) CHECK(scene.get(2, key, Op::Strength::all).outcome == Op::Outcome::done);
  scene.check_promises();
}

TEST_CASE("writes that arrive at a restored replica before its own put make it mint a new actor") {
  Scene scene(14, 3);
  scene.put(0, 0, Op::Strength::all);
  const DirectoryCopy old_copy = scene.world.host(0).disk().copy();
  scene.put(0, 0, Op::Strength::all);
  scene.world.host(0).kill();
  scene.world.host(0).disk().restore(old_copy);
  scene.world.host(0).start();
  REQUIRE(scene.all_well(20s));
  scene.put(1, 0, Op::Strength::all);  // carries what host 0 has forgotten
  scene.put(0, 0, Op::Strength::all);
  CHECK(scene.get(2, 0).values.size() == 4);
  scene.check_promises();
}

TEST_CASE("a copied directory issues dots under actors of its own, also while nobody has noticed the copy") {
  Scene scene(15, 3);
  for (std::size_t key = 0; key < 4; ++key) scene.put(2, key, Op::Strength::all);
  Host& copy = scene.world.add_host();
  scene.watch(copy);
  copy.disk().restore(scene.world.host(2).disk().copy());
  for (HostIndex other : {0, 1, 2}) scene.world.cut(other, copy.index());
  copy.start();
  REQUIRE(scene.world.run_until([&] { return copy.ready(); }, 10s));
  for (std::size_t key = 0; key < 4; ++key) {
    CHECK(scene.done(scene.clients.put(0, 2, key, Op::Strength::one, true)).outcome == Outcome::done);
    CHECK(scene.done(scene.clients.put(0, copy.index(), key, Op::Strength::one, true)).outcome == Outcome::done);
  }
  scene.world.heal();
  REQUIRE(scene.world.run_until([&] { return copy.up() != scene.world.host(2).up(); }, 60s));
  scene.check_promises();
}
