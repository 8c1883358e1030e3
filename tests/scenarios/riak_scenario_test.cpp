/// The ways in which Riak lost acknowledged writes, or drowned in siblings, replayed on whole
/// clusters: riak_kv #679 and #1094 with the kv679_* tests that its authors wrote, riak_kv #1188.

#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t key = 0;

/// n0 loses all that it has learned since `backup` was made.
void roll_back(Scene& scene, const DirectoryCopy& backup, Instant since) {
  scene.world.host(0).kill();
  scene.world.host(0).disk().restore(backup);
  scene.world.note({.host = 0, .since = since, .until = scene.world.now(), .shows = scene.world.now()});
  scene.world.host(0).start();
}

OpId write_over_what_is_read(Scene& scene, HostIndex host, Op::Strength strength = Op::Strength::majority) {
  scene.get(host, key, strength);
  const OpId put = scene.clients.put(0, host, key, strength, false);
  CHECK(scene.done(put).outcome == Outcome::done);
  return put;
}

}  // namespace

TEST_CASE("kv679, a lost replica at the coordinator: a blind put to it outlives the writes that the others have") {
  Scene scene(41, 3);
  const Instant start = scene.world.now();
  const DirectoryCopy empty = scene.world.host(0).disk().copy();
  OpId last{};
  for (int i = 0; i < 5; ++i) last = write_over_what_is_read(scene, 0, Op::Strength::all);
  roll_back(scene, empty, start);
  REQUIRE(scene.all_well(20s));
  const OpId blind = scene.put(0, key);
  CHECK(scene.get(1, key, Op::Strength::all).values == std::set{last, blind});
  scene.check_replicas(1);
}

TEST_CASE("kv679, an old clock handed back: a context that the node has forgotten does not swallow what it writes") {
  Scene scene(42, 3);
  const Instant start = scene.world.now();
  const DirectoryCopy empty = scene.world.host(0).disk().copy();
  // Only n0 ever has these, so nobody can tell it afterwards that it has been there before. A client can.
  scene.world.cut(0, 1);
  scene.world.cut(0, 2);
  REQUIRE(scene.world.run_until([&] { return scene.get(0, key).outcome != Outcome::done; }, 30s));
  for (int i = 0; i < 5; ++i) write_over_what_is_read(scene, 0, Op::Strength::one);
  roll_back(scene, empty, start);
  scene.world.heal();
  REQUIRE(scene.all_well(60s));
  scene.world.run_for(5s);  // until the last connection from before has broken
  const OpId put = scene.clients.put(0, 0, key, Op::Strength::majority, false);
  CHECK_MESSAGE(scene.done(put).outcome == Outcome::done, scene.history.ops[put].words);
  const OpId other = scene.put(1, key);
  CHECK(scene.get(2, key, Op::Strength::all).values == std::set{put, other});
  scene.check_replicas(1);
}

TEST_CASE("kv679, a late tombstone: a delete that arrives after the key was made anew takes nothing with it") {
  for (const bool blind : {false, true}) {
    CAPTURE(blind);
    Scene scene(43, 3);
    scene.put(0, key, Op::Strength::all);
    scene.get(0, key);
    for (HostIndex sender : {0, 1}) scene.world.network().links().clog(sender, 2);
    CHECK(scene.done(scene.clients.remove(0, 0, key, Op::Strength::majority)).outcome == Outcome::done);
    CHECK(scene.get(1, key).values.empty());
    scene.world.network().links().unclog(1, 2);
    const OpId anew = scene.clients.put(0, 1, key, Op::Strength::majority, blind);
    CHECK(scene.done(anew).outcome == Outcome::done);
    scene.world.heal();
    scene.world.run_for(10s);
    for (HostIndex host : {0, 1, 2}) CHECK(scene.get(host, key, Op::Strength::all).values == std::set{anew});
    scene.check_replicas(1);
  }
}

TEST_CASE("kv679, colliding actor ids: a node and the copy of its directory write side by side, and nothing is lost") {
  Scene scene(44, 3);
  for (int i = 0; i < 3; ++i) write_over_what_is_read(scene, 0, Op::Strength::all);
  Host& copy = scene.world.add_host();
  scene.watch(copy);
  copy.disk().restore(scene.world.host(0).disk().copy());
  scene.world.cut(0, copy.index());
  copy.start();
  REQUIRE(scene.world.run_until([&] { return copy.ready() || !scene.world.host(0).up(); }, 20s));
  std::set<OpId> acknowledged;
  for (int i = 0; i < 30; ++i) {
    for (const HostIndex host : {HostIndex{0}, copy.index()}) {
      const OpId put = scene.clients.put(0, host, key, Op::Strength::majority, true);
      if (scene.done(put).outcome == Outcome::done) acknowledged.insert(put);
    }
  }
  REQUIRE(acknowledged.size() >= 20);
  copy.kill();
  scene.world.retire(copy.index());
  scene.world.note({.host = 0, .until = scene.world.now(), .shows = scene.world.now()});
  scene.world.heal();
  REQUIRE(scene.all_well(60s));
  const Op& read = scene.get_of_all(1, key);
  for (OpId put : acknowledged) CHECK(read.values.contains(put));
  scene.check_replicas(1);
}

TEST_CASE("kv679, a restore from backup: neither what came after it nor what is written now is lost") {
  Scene scene(44, 3);
  write_over_what_is_read(scene, 0, Op::Strength::all);
  const Instant backed_up = scene.world.now();
  const DirectoryCopy backup = scene.world.host(0).disk().copy();
  OpId last{};
  for (int i = 0; i < 5; ++i) last = write_over_what_is_read(scene, 0, Op::Strength::all);
  roll_back(scene, backup, backed_up);
  REQUIRE(scene.all_well(20s));
  std::set<OpId> alive{last};
  for (int i = 0; i < 5; ++i) alive.insert(scene.put(0, key));
  // The node that was restored is no part of a quorum until it has caught up: the others are.
  CHECK(scene.get(1, key, Op::Strength::all).outcome == Outcome::refused);
  CHECK(scene.get(0, key).values == alive);
  CHECK(scene.get_of_all(1, key).values == alive);
  const OpId over = write_over_what_is_read(scene, 0);
  CHECK(scene.get(2, key, Op::Strength::all).values == std::set{over});
  scene.check_replicas(1);
}

TEST_CASE("two clients that interleave for 1,000 rounds never see more than two siblings, wherever they ask") {
  Scene scene(46, 5);
  std::size_t most = 0;
  for (HostIndex round = 0; round < 1'000; ++round) {
    // Each writes over what it read before the other wrote.
    for (std::size_t client : {0, 1}) {
      const HostIndex host = round % 3 == 0 ? client : (round + client) % 5;
      const OpId put = scene.clients.put(client, host, key, Op::Strength::majority, false);
      REQUIRE(scene.done(put).outcome == Outcome::done);
      const Op& read = scene.done(scene.clients.get(client, host, key, Op::Strength::majority));
      REQUIRE(read.values.contains(put));
      most = std::max(most, read.values.size());
    }
  }
  CHECK(most == 2);
  scene.check_replicas(1);
}

TEST_CASE("riak_kv #1188: a put that is tried again at every node, over and over, is one value") {
  Scene scene(47, 5, {.retrying_percent = 100});
  const OpId put = scene.clients.put(0, 0, key, Op::Strength::majority, true);
  CHECK(scene.done(put).outcome == Outcome::done);
  for (HostIndex host = 0; host < 10; ++host) {
    scene.clients.again(put, host % 5);
    CHECK(scene.done(put).attempts.back().outcome == Outcome::done);
  }
  const Op& read = scene.get(3, key, Op::Strength::all);
  CHECK(read.values == std::set{put});
  CHECK_FALSE(read.repeats);
  scene.check_replicas(1);
}
