#include <algorithm>
#include <map>

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
  Scene scene(34, 3, many_keys);
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
