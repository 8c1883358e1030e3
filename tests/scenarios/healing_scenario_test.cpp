#include <algorithm>
#include <map>
#include <set>

#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t keys = 40;
const Workload many_keys{.keys = keys};

/// Whether two machines hold the same siblings of every key, by what is on their disks.
bool same(Scene& scene, HostIndex a, HostIndex b) {
  std::map<std::size_t, std::map<HostIndex, std::uint64_t>> held;
  for (const Holding& holding : dump(scene.world, keys).holdings)
    held[holding.key][holding.host] = causal::fingerprint(holding.object);
  return std::ranges::all_of(held, [&](auto& entry) { return entry.second[a] == entry.second[b]; });
}

}  // namespace

TEST_CASE("a node that was down while others wrote has all of it soon after it is back, though nobody reads it") {
  Scene scene(31, 3, many_keys);
  for (std::size_t key = 0; key < keys; ++key) scene.put(key % 3, key);
  scene.world.host(2).kill();
  for (std::size_t key = 0; key < keys; ++key) scene.put(key % 2, key);
  for (std::size_t key = 0; key < keys; key += 4) scene.done(scene.clients.remove(0, 0, key, Op::Strength::majority));
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  CHECK_FALSE(same(scene, 0, 2));
  scene.world.run_for(10s);
  CHECK(same(scene, 0, 1));
  CHECK(same(scene, 0, 2));
  scene.check_promises();
}

TEST_CASE("what a node owes outlives its own death") {
  Scene scene(32, 3, many_keys);
  scene.world.host(2).kill();
  for (std::size_t key = 0; key < keys; ++key) scene.put(0, key);
  scene.world.host(0).kill();
  scene.world.host(0).start();
  REQUIRE(scene.world.run_until([&] { return scene.world.host(0).ready(); }, 20s));
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(10s);
  CHECK(same(scene, 0, 2));
}

TEST_CASE("writes during a partition that nobody has noticed yet reach the other side after it") {
  Scene scene(33, 3, many_keys);
  scene.world.cut(0, 2);
  scene.world.cut(1, 2);
  for (std::size_t key = 0; key < keys; ++key) scene.put(key % 2, key);  // the first of them before any suspicion
  scene.world.run_for(20s);
  scene.world.heal();
  REQUIRE(scene.all_well(60s));
  scene.world.run_for(10s);
  CHECK(same(scene, 0, 2));
  CHECK(same(scene, 1, 2));
}

TEST_CASE("a read at all repairs a replica that lost what it had, and leaves the others alone") {
  node::Config node = Scene::small_node();
  node.repair.settle = 1h;  // anti-entropy would find the same
  Scene scene(34, 3, many_keys, EngineKind::memory, node);
  const DirectoryCopy empty = scene.world.host(2).disk().copy();
  for (std::size_t key = 0; key < keys; ++key) scene.put(0, key, Op::Strength::all);
  scene.world.host(2).kill();
  scene.world.host(2).disk().restore(empty);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(10s);
  CHECK_FALSE(same(scene, 0, 2));
  for (std::size_t key = 0; key < keys; ++key) scene.get(1, key, Op::Strength::all);
  scene.world.run_for(1s);
  CHECK(same(scene, 0, 2));
  CHECK(scene.world.host(1).noticed(port::NoticeKind::read_repaired) == keys);
  scene.check_promises();
}

TEST_CASE("a hint that a stalled disk keeps only after its write was given up is delivered all the same") {
  Scene scene(38, 3, many_keys);
  scene.world.host(2).kill();
  REQUIRE(scene.world.run_until([&] { return scene.world.all_see_all(); }, 60s));
  scene.world.run_for(10s);  // nobody is owed anything, so nobody looks
  scene.world.host(1).disk().stall(4s);
  const OpId put = scene.clients.put(0, 1, 0, Op::Strength::one, true);
  CHECK(scene.done(put).outcome == Outcome::in_doubt);
  scene.world.run_for(10s);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(10s);
  CHECK(same(scene, 1, 2));
}

TEST_CASE("a hint for a node that says goodbye while a write waits for it is settled when it is back") {
  Scene scene(39, 3, many_keys);
  scene.world.run_for(10s);
  scene.world.host(2).disk().stall(1500ms);
  scene.put(1, 0);
  scene.world.host(2).ask_to_stop();
  REQUIRE(scene.world.run_until([&] { return !scene.world.host(2).up(); }, 10s));
  CHECK(scene.world.host(1).noticed(port::NoticeKind::hint_kept) == 1);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(10s);
  CHECK(dump(scene.world, 1).owings.empty());
}

// --- Sloppy writes ----------------------------------------------------------------------------

namespace {

/// Five nodes of which two, replicas of the first key, have just been killed; the third one coordinates.
struct SloppyScene : Scene {
  explicit SloppyScene(std::uint64_t seed) : Scene(seed, 5, {.keys = 1}) {
    put(0, 0, Op::Strength::all);
    std::vector<HostIndex> replicas;
    for (const NodeId id : replicas_of(world, 0))
      for (HostIndex host = 0; host < world.hosts(); ++host)
        if (world.host(host).id() == id) replicas.push_back(host);
    REQUIRE(replicas.size() == 3);
    left = replicas[0];
    away = {replicas[1], replicas[2]};
    for (HostIndex host = 0; host < world.hosts(); ++host)
      if (std::ranges::find(replicas, host) == replicas.end()) others.push_back(host);
    for (const HostIndex host : away) world.host(host).kill();
    world.run_for(20s);
  }
  OpId put_sloppily(HostIndex host) {
    const OpId id = clients.put(0, host, 0, Op::Strength::majority, true, true);
    CHECK_MESSAGE(done(id).outcome == Outcome::done, history.ops[id].words);
    CHECK(history.ops[id].stood_in);
    return id;
  }
  void bring_back() {
    for (const HostIndex host : away) world.host(host).start();
    world.run_for(30s);
  }
  /// The puts whose values a machine has on its disk.
  std::set<OpId> held_by(HostIndex host) {
    std::set<OpId> held;
    for (const Holding& holding : dump(world, 1).holdings)
      if (holding.host == host)
        for (const auto& sibling : holding.object.siblings)
          if (const auto writer = history.writer_of(0, sibling.value)) held.insert(*writer);
    return held;
  }
  /// All replicas have the same of the key, these puts among it, and nobody keeps anything for another.
  void check_delivered(const std::set<OpId>& puts) {
    const Dump all = dump(world, 1);
    CHECK(all.owings.empty());
    REQUIRE(all.holdings.size() == 3);
    for (const Holding& holding : all.holdings) {
      CHECK(causal::fingerprint(holding.object) == causal::fingerprint(all.holdings[0].object));
      CHECK(std::ranges::includes(held_by(holding.host), puts));
    }
    check_promises();
  }

  HostIndex left{};
  std::vector<HostIndex> away;
  std::vector<HostIndex> others;
};

}  // namespace

TEST_CASE("with two of three replicas down a sloppy write succeeds, and is on all three when they are back") {
  SloppyScene scene(51);
  CHECK(scene.done(scene.clients.put(0, scene.left, 0, Op::Strength::majority, true)).outcome == Outcome::refused);
  const OpId first = scene.put_sloppily(scene.left);
  const OpId second = scene.put_sloppily(scene.others[0]);  // forwarded, and kept by whoever forwarded it too
  scene.bring_back();
  scene.check_delivered({first, second});
}

TEST_CASE("what a stand-in keeps outlives its own death, and is delivered while the replica that issued it is gone") {
  SloppyScene scene(52);
  const OpId put = scene.put_sloppily(scene.left);
  for (const HostIndex host : scene.others) scene.world.host(host).kill();
  scene.world.host(scene.left).kill();
  for (const HostIndex host : scene.others) scene.world.host(host).start();
  scene.bring_back();
  for (const HostIndex host : scene.away) CHECK(scene.held_by(host).contains(put));
  scene.world.host(scene.left).start();
  REQUIRE(scene.all_well(60s));
  scene.world.run_for(15s);
  scene.check_delivered({put});
}

TEST_CASE("a replica whose directory is rolled back does not issue again what only a stand-in has of it") {
  SloppyScene scene(53);
  scene.world.run_for(5s);
  const DirectoryCopy before = scene.world.host(scene.left).disk().copy();
  const OpId put = scene.put_sloppily(scene.left);
  scene.world.host(scene.left).kill();
  scene.world.host(scene.left).disk().restore(before);
  // The other replicas have been told nothing when they confirm what the first one has issued.
  for (const HostIndex other : scene.others)
    for (const HostIndex host : scene.away) scene.world.cut(other, host);
  scene.world.host(scene.left).start();
  scene.bring_back();
  REQUIRE(scene.world.host(scene.left).ready());
  for (const HostIndex host : scene.away) REQUIRE_FALSE(scene.held_by(host).contains(put));
  const OpId again = scene.put(scene.left, 0, Op::Strength::one);
  scene.world.heal();
  scene.world.run_for(30s);
  for (const HostIndex host : scene.away) CHECK(std::ranges::includes(scene.held_by(host), std::set<OpId>{put, again}));
  scene.get(scene.left, 0, Op::Strength::all);  // which repairs the one that was rolled back
  scene.world.run_for(1s);
  scene.check_delivered({put, again});
}
