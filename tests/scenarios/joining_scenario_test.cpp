#include <algorithm>

#include "changing.hpp"
#include "sim/rings.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

Address elsewhere_of(HostIndex host) {
  Address address = World::address_of(host);
  address.port += 1000;
  return address;
}

/// Who asks to be taken in, and members that are found at other addresses meanwhile.
struct Asking : Changing {
  using Changing::Changing;

  void move(HostIndex host) {
    world.host(host).kill();
    world.host(host).move_to(elsewhere_of(host));
    world.host(host).start();
  }
  /// It waits for an operator to take it in again.
  void leave_and_wait(HostIndex leaver) {
    order(0, Kind::leave, {leaver});
    REQUIRE(world.run_until([&] { return world.host(leaver).halted().has_value(); }, 60s));
    world.host(leaver).start();
    REQUIRE(world.run_until([&] { return waits(0, leaver); }, 30s));
  }
  /// It is known at that member that this machine would like to join.
  bool waits(HostIndex at, HostIndex machine) {
    const auto reply = world.ask(at, port::StatusRequest{});
    const auto* status = reply ? std::get_if<port::StatusReply>(&*reply) : nullptr;
    return status && std::ranges::any_of(status->waiting, [&](const port::WaitingJoiner& joiner) {
             return joiner.node == world.host(machine).id();
           });
  }
};

}  // namespace

TEST_CASE("who has left and was started again asks the members where these are by now") {
  Asking scene(1, 3);
  scene.leave_and_wait(2);
  for (const HostIndex member : {0, 1}) {
    scene.move(member);
    scene.world.run_for(10s);
  }
  CHECK(scene.world.run_until([&] { return scene.waits(0, 2) && scene.waits(1, 2); }, 60s));
}

TEST_CASE("who has left and was started again asks where the names of its seeds lead to by now") {
  Asking scene(2, 2);
  scene.leave_and_wait(1);
  scene.move(0);
  scene.world.host(1).resolve_seeds({scene.world.host(0).peer()});
  CHECK(scene.world.run_until([&] { return scene.waits(0, 1); }, 60s));
}

TEST_CASE("who asks to join asks where the names of its seeds lead to by now") {
  Asking scene(3, 1);
  Host& newcomer = scene.world.add_host({scene.world.host(0).peer()});
  scene.watch(newcomer);
  scene.world.host(0).kill();
  newcomer.start();
  scene.world.run_for(5s);
  scene.move(0);
  newcomer.resolve_seeds({scene.world.host(0).peer()});
  CHECK(scene.world.run_until([&] { return newcomer.ready(); }, 60s));
}
