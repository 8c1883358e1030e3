#include <algorithm>
#include <map>

#include "changing.hpp"
#include "sim/rings.hpp"
#include "sim/settling.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

using Kind = port::ChangeRequest::Kind;

constexpr Workload steady{.clients = 3, .keys = 20, .think_max = 40ms, .strong_percent = 0};

/// With clients at work.
struct Busy : Changing {
  Busy(std::uint64_t seed, std::size_t hosts, std::size_t founders)
      : Changing(seed, hosts, steady, EngineKind::memory, quick_node(), hosts - founders) {
    clients.start(world.now() + 600s);
  }

  static node::Config quick_node() {
    node::Config node = small_node();
    node.repair.interval = 10s;
    node.repair.settle = 1s;
    return node;
  }

  void settle() {
    const auto violation = Settling(world, 60s).run();
    REQUIRE_MESSAGE(!violation, violation->what);
  }
  ring::Ring ring() { return *newest_ring(world); }

  /// The members are these hosts, with the same shares as far as that goes.
  void check_members(const std::set<HostIndex>& hosts) {
    const ring::Ring now = ring();
    CHECK(now.members().size() == hosts.size());
    std::size_t least = ~0ULL;
    std::size_t most = 0;
    for (const HostIndex host : hosts) {
      REQUIRE_MESSAGE(now.find(world.host(host).id()), "n" << host << " is no member");
      least = std::min(least, now.partitions_of(world.host(host).id()).size());
      most = std::max(most, now.partitions_of(world.host(host).id()).size());
    }
    CHECK(most - least <= 1);
    CHECK(now.preference_list({0}).size() == std::min<std::size_t>(3, hosts.size()));
  }

  void check_all() {
    clients.stop();
    REQUIRE(world.run_until([&] { return clients.idle(); }, 30s));
    REQUIRE(all_well(60s));
    check_replicas(steady.keys);
  }
};

}  // namespace

TEST_CASE("a cluster of one grows to five while clients are at work") {
  Busy scene(1, 5, 1);
  for (HostIndex newcomer = 1; newcomer < 5; ++newcomer) {
    scene.world.run_for(2s);
    scene.join(newcomer / 2, newcomer);
    scene.settle();
    std::set<HostIndex> members;
    for (HostIndex host = 0; host <= newcomer; ++host) members.insert(host);
    scene.check_members(members);
  }
  scene.check_all();
}

TEST_CASE("a member leaves: it hands over what it has, and stops") {
  Busy scene(2, 5, 5);
  scene.world.run_for(5s);
  scene.order(0, Kind::leave, {4});
  scene.settle();
  scene.check_members({0, 1, 2, 3});
  REQUIRE(scene.world.host(4).halted());
  CHECK_FALSE(scene.world.host(4).halted()->failed);
  scene.check_all();
}

TEST_CASE("of five that leave one after the other three are left, and then one") {
  Busy scene(3, 5, 5);
  for (HostIndex leaver = 4; leaver > 0; --leaver) {
    scene.world.run_for(2s);
    scene.order(0, Kind::leave, {leaver});
    scene.settle();
  }
  scene.check_members({0});
  scene.check_all();
}

TEST_CASE("a member that is dead for good is removed, and its partitions get other replicas") {
  Busy scene(4, 5, 5);
  scene.world.run_for(5s);
  scene.world.retire(4);
  scene.world.note({.host = 4, .until = scene.world.now(), .shows = scene.world.now(), .silent = true});
  scene.world.run_for(10s);
  scene.order(0, Kind::remove, {4});
  scene.settle();
  scene.check_members({0, 1, 2, 3});
  scene.check_all();
}

TEST_CASE("a member is replaced by a newcomer, which gets its places") {
  Busy scene(5, 6, 5);
  scene.world.run_for(5s);
  const auto before = scene.ring().partitions_of(scene.world.host(4).id());
  scene.world.put_to_use(5);
  scene.order(1, Kind::replace, {4, 5});
  scene.settle();
  scene.check_members({0, 1, 2, 3, 5});
  CHECK(scene.ring().partitions_of(scene.world.host(5).id()) == before);
  scene.check_all();
}

TEST_CASE("a change whose newcomer does not get on is aborted, and all is as before") {
  Busy scene(6, 4, 3);
  scene.world.run_for(2s);
  const auto before = scene.ring();
  scene.join(0, 3);
  scene.world.host(3).freeze();
  scene.world.run_for(5s);
  CHECK(scene.ring().stage() == ring::Stage::read_old);
  scene.order(1, Kind::abort, {});
  scene.world.retire(3);
  scene.settle();
  scene.check_members({0, 1, 2});
  CHECK(scene.ring().parts().present == before.parts().present);
  scene.check_all();
}

TEST_CASE("a change that waits for a slow transfer has not stalled") {
  node::Config slow = Busy::quick_node();
  slow.transfer.rate = 4;  // half a minute for a row
  Changing scene(9, 2, {}, EngineKind::memory, slow, 1);
  for (std::size_t key = 0; key < 4; ++key) scene.put(0, key);
  scene.join(0, 1);
  const auto violation = Settling(scene.world, 15s).run();
  REQUIRE_MESSAGE(!violation, violation->what);
  CHECK(newest_ring(scene.world)->find(scene.world.host(1).id()));
}

TEST_CASE("a change goes on though the node that was asked for it dies") {
  Busy scene(7, 5, 4);
  scene.world.run_for(2s);
  scene.join(0, 4);
  scene.world.retire(0);
  scene.world.note({.host = 0, .until = scene.world.now(), .shows = scene.world.now(), .silent = true});
  scene.settle();
  CHECK(scene.ring().partitions_of(scene.world.host(4).id()).size() > 0);
}

TEST_CASE("two operators who ask for different things at two nodes both get what they asked for") {
  Busy scene(8, 6, 5);
  scene.world.run_for(2s);
  scene.world.put_to_use(5);
  int answered = 0;
  scene.world.host(0).ask(port::ChangeRequest{.kind = Kind::leave, .nodes = {Busy::name(4)}, .timeout = {}},
                          [&](const auto&) { ++answered; });
  scene.world.host(1).ask(port::ChangeRequest{.kind = Kind::join, .nodes = {Busy::name(5)}, .timeout = {}},
                          [&](const auto&) { ++answered; });
  scene.world.run_until([&] { return answered == 2; }, 60s);
  scene.settle();
  scene.check_members({0, 1, 2, 3, 5});
  scene.check_all();
}

TEST_CASE("a node that has left joins again, with its directory") {
  Busy scene(9, 4, 4);
  scene.world.run_for(2s);
  scene.order(0, Kind::leave, {3});
  scene.settle();
  scene.check_members({0, 1, 2});
  scene.world.run_for(5s);
  scene.join(1, 3);
  scene.settle();
  scene.check_members({0, 1, 2, 3});
  scene.check_all();
}
