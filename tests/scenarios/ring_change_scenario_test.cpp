#include <algorithm>
#include <set>

#include "changing.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t keys = 40;
const Workload many_keys{.keys = keys};
using Kind = port::ChangeRequest::Kind;

node::Config impatient_node() {
  node::Config node = Scene::small_node();
  node.transfer.leftover_grace = 2s;
  node.transfer.drop_rows = 1;
  return node;
}

/// Without anybody at work but the test.
struct Quiet : Changing {
  Quiet(std::uint64_t seed, std::size_t hosts, std::size_t spare)
      : Changing(seed, hosts, many_keys, EngineKind::memory, impatient_node(), spare) {}

  void leave(HostIndex at, HostIndex leaver) {
    order(at, Kind::leave, {leaver});
    REQUIRE(world.run_until([&] { return !world.host(leaver).up(); }, 60s));
    REQUIRE(world.host(leaver).halted());
    CHECK_FALSE(world.host(leaver).halted()->failed);
    world.retire(leaver);
  }

  port::StatusReply status(HostIndex at) {
    const auto reply = world.ask(at, port::StatusRequest{});
    REQUIRE(reply);
    REQUIRE(std::holds_alternative<port::StatusReply>(*reply));
    return std::get<port::StatusReply>(*reply);
  }
  /// All that are in service go by one ring, nothing is under way, and exactly they are its members.
  bool settled() {
    std::set<Epoch> epochs;
    std::size_t in_service = 0;
    for (HostIndex host = 0; host < world.hosts(); ++host) in_service += world.in_service(host) ? 1 : 0;
    for (HostIndex host = 0; host < world.hosts(); ++host) {
      if (!world.in_service(host)) continue;
      if (!world.host(host).ready()) return false;
      const auto now = status(host);
      const auto members = std::ranges::count_if(now.members, &port::MemberInfo::in_ring);
      if (now.change || static_cast<std::size_t>(members) != in_service) return false;
      epochs.insert(now.epoch);
    }
    return epochs.size() == 1;
  }
  bool settles(Duration within) {
    return world.run_until([&] { return settled(); }, within);
  }
  void write_all() {
    for (std::size_t key = 0; key < keys; ++key) put(key % 2, key);
  }
  void read_all(HostIndex at) {
    for (std::size_t key = 0; key < keys; ++key) CHECK(get(at, key).outcome == Outcome::done);
  }
};

}  // namespace

TEST_CASE("a node joins, and what was written before it came is read through it") {
  Quiet scene(101, 4, 1);
  scene.write_all();
  scene.join(0, 3);
  REQUIRE(scene.settles(30s));
  scene.read_all(3);
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("a newcomer is known to every member as soon as these are to write to it, whomever gossip passes by") {
  for (std::uint64_t seed = 120; seed < 130; ++seed) {
    CAPTURE(seed);
    Quiet scene(seed, 7, 1);
    scene.join(0, 6);
    const auto goes_by_it = [&](HostIndex host) { return scene.status(host).epoch >= Epoch{2}; };
    for (HostIndex host = 0; host < 6; ++host) REQUIRE(scene.world.run_until([&] { return goes_by_it(host); }, 10s));
    scene.world.run_for(20ms);
    for (HostIndex host = 0; host < 6; ++host) {
      CAPTURE(host);
      const auto members = scene.status(host).members;
      const auto newcomer = std::ranges::find_if(
          members, [](const port::MemberInfo& member) { return member.update.peer == World::address_of(6); });
      REQUIRE(newcomer != members.end());
      CHECK(newcomer->update.state == wire::MemberState::alive);
    }
  }
}

TEST_CASE("a node leaves, and stops when it has handed over what it had") {
  Quiet scene(102, 4, 0);
  scene.write_all();
  scene.leave(0, 3);
  REQUIRE(scene.settles(30s));
  scene.read_all(1);
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("a node leaves and comes back with its directory, and what was deleted meanwhile stays deleted") {
  Quiet scene(103, 4, 0);
  scene.write_all();
  scene.leave(1, 3);
  REQUIRE(scene.settles(30s));
  for (std::size_t key = 0; key < keys; key += 2)
    CHECK(scene.done(scene.clients.remove(0, 0, key, Op::Strength::majority)).outcome == Outcome::done);
  scene.world.run_for(60s);  // and all tombstones are gone
  scene.world.put_to_use(3);
  scene.order(0, Kind::join, {3});
  REQUIRE(scene.settles(60s));
  for (std::size_t key = 0; key < keys; key += 2) CHECK(scene.get(3, key).values.empty());
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("a node that is killed again and again while it drops what it had begins with nothing when it comes back") {
  Quiet scene(121, 4, 0);
  scene.write_all();
  Host& host = scene.world.host(3);
  const auto is_dropping = [&] {
    return !std::get<storage::ListPartitionsAnswer>(*host.disk().look(storage::ListPartitions{})).going.empty();
  };
  scene.order(1, Kind::leave, {3});
  REQUIRE(scene.world.run_until([&] { return !host.up(); }, 30s));
  for (int times = 0; times < 5; ++times) {
    host.start();
    if (times == 0) CHECK_FALSE(is_dropping());  // it might not have come back
    for (int i = 0; i < 1'000'000 && !(host.up() && is_dropping()); ++i) scene.world.run_for(50us);
    REQUIRE(is_dropping());
    host.kill();
  }
  for (std::size_t key = 0; key < keys; key += 2)
    CHECK(scene.done(scene.clients.remove(0, 0, key, Op::Strength::majority)).outcome == Outcome::done);
  scene.world.run_for(60s);  // and all tombstones are gone
  host.start();
  scene.order(0, Kind::join, {3});
  REQUIRE(scene.settles(60s));
  for (std::size_t key = 0; key < keys; ++key) CHECK(scene.get(3, key).values.size() == key % 2);
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("a member that is lost for good is removed, or another one takes its place") {
  Quiet scene(104, 5, 1);
  scene.write_all();
  scene.world.retire(2);
  REQUIRE(scene.all_well(20s));
  scene.world.put_to_use(4);
  scene.order(0, Kind::replace, {2, 4});
  REQUIRE(scene.settles(60s));
  scene.read_all(4);
  scene.world.retire(3);
  REQUIRE(scene.all_well(90s));
  scene.order(1, Kind::remove, {3});
  REQUIRE(scene.settles(60s));
  scene.read_all(0);
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("three nodes become two and three again, and every write at a majority is read") {
  Quiet scene(105, 4, 1);
  scene.write_all();
  scene.leave(0, 2);
  REQUIRE(scene.settles(30s));
  scene.write_all();
  scene.join(0, 3);
  REQUIRE(scene.settles(30s));
  scene.read_all(3);
  scene.world.run_for(20s);
  scene.check_replicas(keys);
}

TEST_CASE("a change whose newcomer is gone waits for it, says so, and can be aborted") {
  Quiet scene(106, 4, 1);
  scene.write_all();
  scene.world.put_to_use(3);
  scene.order(0, Kind::join, {3});
  scene.world.host(3).kill();
  scene.world.retire(3);
  scene.world.run_for(30s);
  const auto stalled = scene.status(0);
  if (stalled.change) {  // unless it had all of it already
    CHECK(std::ranges::any_of(stalled.problems, [](const port::Problem& problem) {
      return problem.what.starts_with("the change of the ring waits for");
    }));
    scene.order(1, Kind::abort, {});
    REQUIRE(scene.settles(30s));
  }
  scene.read_all(2);
}

TEST_CASE("a node that hears of a change when that has come further answers whoever asked for it") {
  Quiet scene(107, 5, 1);
  scene.write_all();
  scene.world.put_to_use(4);
  // Host 3 is asked, and then hears nothing until the change is over.
  std::optional<port::ClientReply> answer;
  port::ChangeRequest request{.kind = Kind::replace, .nodes = {}, .timeout = 60s};
  request.nodes = {{"", scene.world.host(2).peer()}, {"", scene.world.host(4).peer()}};
  scene.world.host(3).ask(request, [&](std::optional<port::ClientReply> reply) { answer = std::move(reply); });
  scene.world.run_until([&] { return scene.status(0).change.has_value(); }, 20s);
  for (const HostIndex other : {0, 1, 2, 4}) scene.world.cut(3, other);
  scene.world.run_for(30s);
  scene.world.heal();
  scene.world.run_for(30s);
  CHECK(scene.world.host(3).ready());
  CHECK(answer);
}
