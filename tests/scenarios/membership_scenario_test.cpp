#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

TEST_CASE("a copied data directory stops itself, in words, and the cluster goes on") {
  Scene scene(21, 3);
  Host& copy = scene.world.add_host();
  copy.disk().restore(scene.world.host(2).disk().copy());
  copy.start();
  const auto one_stopped = [&] { return copy.up() != scene.world.host(2).up(); };
  REQUIRE(scene.world.run_until(one_stopped, 30s));
  const Host& stopped = copy.up() ? scene.world.host(2) : copy;
  REQUIRE(stopped.halted());
  CHECK(stopped.halted()->failed);
  CHECK_FALSE(stopped.halted()->why.empty());
  const OpId put = scene.put(0, 0);
  CHECK(scene.get(1, 0).values.contains(put));
}

TEST_CASE("a node restarted on another address is the same node") {
  Scene scene(22, 3);
  const OpId put = scene.put(2, 0, Op::Strength::all);
  const NodeId id = scene.world.host(2).id();
  scene.world.host(2).kill();
  scene.world.host(2).move_to(*parse_address("10.9.9.9:4999"));
  scene.world.run_for(20s);
  scene.world.host(2).start();
  REQUIRE(scene.all_well(30s));
  CHECK(scene.world.host(2).id() == id);
  REQUIRE(scene.world.run_until([&] { return scene.get(0, 0, Op::Strength::all).outcome == Op::Outcome::done; }, 30s));
  CHECK(scene.get(0, 0, Op::Strength::all).values.contains(put));
}

TEST_CASE("a node that was asked to stop says goodbye, ends well, and comes back") {
  Scene scene(23, 3);
  scene.world.host(1).ask_to_stop();
  REQUIRE(scene.world.run_until([&] { return !scene.world.host(1).up(); }, 10s));
  CHECK_FALSE(scene.world.host(1).halted()->failed);
  CHECK(scene.world.run_until([&] { return scene.world.all_see_all(); }, 2s));
  CHECK(scene.world.host(0).noticed(port::NoticeKind::member_died) == 0);
  scene.put(0, 0);
  scene.world.host(1).start();
  CHECK(scene.all_well(10s));
}

TEST_CASE("a partition of any length heals by itself") {
  for (const Duration length : {Duration(1s), Duration(10s), Duration(100s), Duration(1000s), Duration(10'000s)}) {
    CAPTURE(length.count());
    Scene scene(24, 5);
    for (HostIndex a : {0, 1})
      for (HostIndex b : {2, 3, 4}) scene.world.cut(a, b);
    scene.world.run_for(length);
    scene.world.heal();
    CHECK(scene.all_well(60s));
  }
}

TEST_CASE("all nodes restarted at once, in any order, find each other again") {
  Scene scene(25, 5);
  scene.world.run_for(5s);
  for (std::size_t host = 0; host < 5; ++host) scene.world.host(host).kill();
  for (std::size_t host : {3, 0, 4, 1, 2}) {
    scene.world.host(host).start();
    scene.world.run_for(700ms);
  }
  CHECK(scene.all_well(30s));
}

TEST_CASE("damaged datagrams are lost datagrams: nobody is made up, or stopped by what nobody said") {
  Scene scene(26, 5);
  scene.world.network().weather().corrupt_per_mille = 100;
  for (HostIndex round = 0; round < 40; ++round) {  // restarts are news, and news is what can be falsified
    scene.world.host(round % 5).kill();
    scene.world.run_for(1s);
    scene.world.host(round % 5).start();
    scene.world.run_for(2s);
  }
  for (HostIndex host = 0; host < 5; ++host) {
    REQUIRE_MESSAGE(scene.world.host(host).up(), scene.world.host(host).halted()->why);
    CHECK(scene.world.host(host).noticed(port::NoticeKind::datagram_malformed) > 0);
    const auto reply = scene.world.ask(host, port::MembersRequest{});
    REQUIRE(reply);
    CHECK(std::get<port::MembersReply>(*reply).members.size() == 5);
  }
}
