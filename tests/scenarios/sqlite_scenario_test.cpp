#include "scene.hpp"
#include "sim/trial.hpp"

/// Clusters whose machines keep their data in SQLite, on file systems that lose power and fail.
namespace starling::sim {
namespace {

constexpr EngineKind engines[] = {EngineKind::memory, EngineKind::sqlite};

TEST_CASE("clusters of five over SQLite keep their promises under whatever 20 seeds bring") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const TrialResult result = run_trial({.seed = seed, .hosts = 5, .engine = EngineKind::sqlite});
    for (const auto& violation : result.violations)
      FAIL_CHECK("seed " << seed << ": " << violation.rule << ": " << violation.what
                         << "; replay it with: kvsim --seed " << seed << " --nodes 5 --engine sqlite");
  }
}

TEST_CASE("a seed over SQLite is the same run each time") {
  const TrialConfig config{.seed = 7, .hosts = 3, .engine = EngineKind::sqlite, .faults_for = 5s};
  CHECK(run_trial(config).trace == run_trial(config).trace);
}

TEST_CASE("while no disk fails, nobody can tell which engine keeps the data") {
  const auto run = [](EngineKind engine) {
    Scene scene(31, 3, {.clients = 4, .keys = 8}, engine);
    scene.clients.start(scene.world.now() + 20s);
    for (int round = 0; round < 10; ++round) {
      scene.world.run_for(1s);
      scene.world.host(scene.world.random().below(3)).kill();
      scene.world.run_for(300ms);
      scene.world.heal();
    }
    REQUIRE(scene.all_well(20s));
    scene.check_promises();
    return scene.world.trace().hash();
  };
  CHECK(run(EngineKind::memory) == run(EngineKind::sqlite));
}

TEST_CASE("the power fails at all nodes at once, over and over under load, and nothing acknowledged is lost") {
  Scene scene(32, 3, {.clients = 6, .keys = 8, .think_max = 20ms}, EngineKind::sqlite);
  const Instant end = scene.world.now() + 40s;
  scene.clients.start(end);
  for (int round = 0; round < 20; ++round) {
    scene.world.run_for(Duration(scene.world.random().below(2'000'000'000)));
    for (HostIndex host = 0; host < 3; ++host) scene.world.host(host).kill();
    scene.world.heal();
  }
  REQUIRE(scene.all_well(20s));
  // Who still writes while the replicas are looked at makes them differ.
  REQUIRE(scene.world.run_until([&] { return scene.world.now() >= end; }, 60s));
  REQUIRE(scene.world.run_until([&] { return scene.clients.idle(); }, 120s));
  scene.check_replicas(8);
}

TEST_CASE("a node whose disk fails stops in words, comes back when it works, and nothing is lost") {
  for (const EngineKind engine : engines) {
    for (const Ailment ailment : {Ailment::failing_writes, Ailment::failing_reads}) {
      Scene scene(33, 3, {}, engine);
      Host& ill = scene.world.host(1);
      const OpId before = scene.put(0, 0);
      ill.disk().ail(ailment);
      for (std::size_t key = 0; key < 20 && ill.up(); ++key)
        scene.done(scene.clients.put(0, 1, key, Op::Strength::one, true));
      REQUIRE(scene.world.run_until([&] { return !ill.up(); }, 30s));
      CHECK(ill.halted()->failed);
      CHECK_FALSE(ill.halted()->why.empty());
      scene.put(0, 0);
      ill.disk().ail(Ailment::none);
      ill.start();
      REQUIRE(scene.all_well(30s));
      CHECK(scene.get(1, 0).values.contains(before));
      scene.check_replicas(1);
    }
  }
}

TEST_CASE("a disk that fails while nobody writes is noticed by the housekeeping") {
  Scene scene(37, 1, {}, EngineKind::sqlite);
  Host& ill = scene.world.host(0);
  scene.put(0, 0);
  ill.disk().ail(Ailment::failing_reads);
  REQUIRE(scene.world.run_until([&] { return !ill.up(); }, 10s));
  CHECK(ill.halted()->failed);
  ill.disk().ail(Ailment::none);
  ill.start();
  REQUIRE(scene.all_well(10s));
  scene.check_replicas(1);
}

TEST_CASE("a node with a full disk refuses writes in words, serves reads, and writes again when there is room") {
  for (const EngineKind engine : engines) {
    Scene scene(34, 1, {}, engine);
    const OpId before = scene.put(0, 0);
    scene.world.host(0).disk().ail(Ailment::full);
    const Op& refused = scene.done(scene.clients.put(0, 0, 0, Op::Strength::one, true));
    CHECK(refused.outcome == Op::Outcome::refused);
    CHECK_MESSAGE(refused.words.starts_with("DISK_FULL"), refused.words);
    CHECK(scene.get(0, 0).values == std::set<OpId>{before});
    scene.world.host(0).disk().ail(Ailment::none);
    scene.put(0, 0);
    scene.check_promises();
  }
}

TEST_CASE("a node whose directory was wiped is a new node, and what the others hold is not lost") {
  for (const EngineKind engine : engines) {
    Scene scene(35, 3, {}, engine);
    const OpId put = scene.put(0, 0, Op::Strength::all);
    Host& wiped = scene.world.host(2);
    const NodeId id = wiped.id();
    wiped.kill();
    wiped.disk().wipe();
    wiped.start();
    REQUIRE(wiped.up());
    CHECK(wiped.id() != id);
    scene.world.run_for(5s);
    CHECK(scene.get(0, 0).values.contains(put));
    scene.put(1, 0);
    scene.check_promises();
  }
}

TEST_CASE("a directory that goes back to a copy of its files issues no dot twice") {
  Scene scene(36, 3, {}, EngineKind::sqlite);
  Host& restored = scene.world.host(0);
  scene.put(0, 0, Op::Strength::all);
  const DirectoryCopy copy = restored.disk().copy();
  for (int i = 0; i < 3; ++i) scene.put(0, 0, Op::Strength::all);
  restored.kill();
  restored.disk().restore(copy);
  restored.start();
  REQUIRE(scene.all_well(20s));
  for (int i = 0; i < 3; ++i) scene.put(0, 0, Op::Strength::all);
  CHECK(scene.get(1, 0).values.size() == 7);
  scene.check_promises();
}

}  // namespace
}  // namespace starling::sim
