#include <algorithm>
#include <limits>
#include <map>

#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t keys = 40;
const Workload many_keys{.keys = keys};

/// Anti-entropy at the pace of a test.
node::Config quick() {
  node::Config node = Scene::small_node();
  node.repair.interval = 4s;
  node.repair.settle = 1s;
  return node;
}

std::uint64_t noticed(Scene& scene, port::NoticeKind kind) {
  std::uint64_t sum = 0;
  for (HostIndex host = 0; host < scene.world.hosts(); ++host) sum += scene.world.host(host).noticed(kind);
  return sum;
}

std::uint64_t pulled(Scene& scene) { return noticed(scene, port::NoticeKind::row_pulled); }

/// Whether all machines hold the same siblings of every key, by what is on their disks.
bool same(Scene& scene) {
  std::map<std::size_t, std::uint64_t> held;
  const Dump all = dump(scene.world, keys);
  return std::ranges::all_of(all.holdings, [&](const Holding& holding) {
    const std::uint64_t fingerprint = causal::fingerprint(holding.object);
    return held.emplace(holding.key, fingerprint).first->second == fingerprint;
  });
}

void put_all(Scene& scene, HostIndex host, Op::Strength strength = Op::Strength::majority) {
  for (std::size_t key = 0; key < keys; ++key) scene.put(host, key, strength);
}

/// What the machine has received from now on is lost, and nobody owes it any of that.
void lose(Scene& scene, HostIndex host, const DirectoryCopy& earlier) {
  scene.world.host(host).kill();
  scene.world.host(host).disk().restore(earlier);
}

}  // namespace

TEST_CASE("a replica that has missed writes of which no hint is left gets them though nobody reads") {
  Scene scene(51, 3, many_keys, EngineKind::memory, quick());
  const DirectoryCopy empty = scene.world.host(2).disk().copy();
  put_all(scene, 0, Op::Strength::all);
  lose(scene, 2, empty);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  CHECK_FALSE(same(scene));
  scene.world.run_for(10s);
  CHECK(same(scene));
  CHECK(pulled(scene) == keys);
  scene.check_promises();
}

TEST_CASE("two replicas that have both missed something heal each other") {
  Scene scene(52, 3, many_keys, EngineKind::memory, quick());
  const DirectoryCopy empty = scene.world.host(1).disk().copy();
  for (std::size_t key = 0; key < keys; ++key) scene.put(key % 3, key, Op::Strength::all);
  lose(scene, 1, empty);
  scene.world.host(1).start();
  scene.world.cut(0, 1);
  scene.world.cut(1, 2);
  REQUIRE(scene.world.run_until([&] { return scene.world.host(1).ready(); }, 20s));
  for (std::size_t key = 0; key < keys; ++key) scene.done(scene.clients.put(0, 1, key, Op::Strength::one, true));
  scene.world.heal();
  REQUIRE(scene.all_well(30s));
  scene.world.run_for(15s);
  CHECK(same(scene));
  scene.check_promises();
}

TEST_CASE("writes that are under way while replicas look at each other are not pulled") {
  Scene scene(53, 3, {.keys = keys, .think_max = 10ms}, EngineKind::memory, quick());
  scene.clients.start(scene.world.now() + 60s);
  scene.world.run_for(70s);
  CHECK(noticed(scene, port::NoticeKind::repair_looked) > 60);
  CHECK(pulled(scene) == 0);
  CHECK(same(scene));
  scene.check_promises();
}

TEST_CASE("replicas that have nothing to tell each other hardly speak") {
  Scene scene(54, 3, many_keys, EngineKind::memory, quick());
  put_all(scene, 0, Op::Strength::all);
  scene.world.run_for(10s);
  const auto before = noticed(scene, port::NoticeKind::repair_looked);
  scene.world.run_for(40s);
  CHECK(noticed(scene, port::NoticeKind::repair_looked) - before == 3 * 20);  // each pair twice per interval
}

TEST_CASE("a pull that is cut off at any point loses nothing, and the next one finds the rest") {
  for (std::uint64_t after = 1; after < keys; after += 4) {
    node::Config node = quick();
    node.repair.page_bytes = 1;  // a row at a time
    node.repair.rate = 2'000;
    Scene scene(60 + after, 3, many_keys, EngineKind::memory, node);
    const DirectoryCopy empty = scene.world.host(2).disk().copy();
    put_all(scene, 0, Op::Strength::all);
    lose(scene, 2, empty);
    scene.world.host(2).start();
    REQUIRE(scene.world.run_until([&] { return pulled(scene) >= after; }, 60s));
    const HostIndex killed = after % 8 == 1 ? 2 : 0;  // who pulls, or one that it pulls from
    scene.world.host(killed).kill();
    scene.world.run_for(2s);
    scene.world.host(killed).start();
    REQUIRE(scene.all_well(30s));
    scene.world.run_for(40s);
    CHECK(same(scene));
    scene.check_promises();
  }
}

// --- Deletes ----------------------------------------------------------------------------------

namespace {

std::size_t rows_of(Scene& scene, HostIndex host) {
  const storage::Scan all{.partition = {},
                          .first = {},
                          .last = {std::numeric_limits<std::uint64_t>::max()},
                          .after = {},
                          .prefix = {},
                          .rows_max = 10 * keys,
                          .bytes_max = std::numeric_limits<std::uint32_t>::max()};
  return std::get<storage::ScanAnswer>(scene.world.host(host).disk().look(all).value()).rows.size();
}

void remove_all(Scene& scene, HostIndex host, Op::Strength strength) {
  for (std::size_t key = 0; key < keys; ++key)
    CHECK(scene.done(scene.clients.remove(0, host, key, strength)).outcome == Outcome::done);
}

}  // namespace

TEST_CASE("deletes vanish from every disk once everybody has seen them") {
  Scene scene(71, 3, many_keys, EngineKind::memory, quick());
  put_all(scene, 0, Op::Strength::all);
  remove_all(scene, 1, Op::Strength::all);
  CHECK(rows_of(scene, 0) == keys);
  scene.world.run_for(10s);
  for (HostIndex host = 0; host < 3; ++host) CHECK(rows_of(scene, host) == 0);
  CHECK(noticed(scene, port::NoticeKind::tombstone_reaped) == 3 * keys);
  scene.check_replicas(keys);
}

TEST_CASE("deletes stay while one replica may not have seen them, and go when it has") {
  Scene scene(72, 3, many_keys, EngineKind::memory, quick());
  put_all(scene, 0, Op::Strength::all);
  scene.world.run_for(10s);
  scene.world.host(2).kill();
  remove_all(scene, 1, Op::Strength::majority);
  scene.world.run_for(5min);
  CHECK(rows_of(scene, 0) == keys);
  CHECK(rows_of(scene, 1) == keys);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(30s);
  for (HostIndex host = 0; host < 3; ++host) CHECK(rows_of(scene, host) == 0);
  scene.check_replicas(keys);
}

TEST_CASE("a replica that comes back with an old directory brings nothing back to life") {
  Scene scene(73, 3, many_keys, EngineKind::memory, quick());
  put_all(scene, 0, Op::Strength::all);
  const DirectoryCopy before = scene.world.host(2).disk().copy();
  remove_all(scene, 1, Op::Strength::all);
  scene.world.run_for(10s);
  REQUIRE(rows_of(scene, 0) == 0);
  lose(scene, 2, before);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(30s);
  for (HostIndex host = 0; host < 3; ++host) CHECK(rows_of(scene, host) == 0);
  for (std::size_t key = 0; key < keys; ++key) CHECK(scene.get(2, key, Op::Strength::one).values.empty());
  scene.check_promises();
}
