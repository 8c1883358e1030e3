#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t keys = 20;

struct ChangingScene : Scene {
  explicit ChangingScene(std::uint64_t seed, std::size_t hosts, std::size_t spare)
      : Scene(seed, hosts, {}, EngineKind::memory, small_node(), spare) {}

  void change(std::size_t at, port::ChangeRequest::Kind kind, HostIndex host) {
    const Address address = World::address_of(host);
    const auto reply =
        world.ask(at, port::ChangeRequest{.kind = kind, .nodes = {{to_string(address), address}}, .timeout = {}});
    REQUIRE(reply);
    const auto* failure = std::get_if<port::Failure>(&*reply);
    CHECK_MESSAGE(!failure, failure->error.message);
    REQUIRE(std::holds_alternative<port::ChangeReply>(*reply));
  }

  /// No change is under way any more, as host 0 says.
  bool settles(Duration within) {
    return world.run_until(
        [&] {
          const auto reply = world.ask(0, port::StatusRequest{});
          REQUIRE(reply);
          REQUIRE(std::holds_alternative<port::StatusReply>(*reply));
          return !std::get<port::StatusReply>(*reply).change;
        },
        within);
  }
};

}  // namespace

TEST_CASE("a node joins, and what was written before it came is read through it") {
  ChangingScene scene(1, 4, 1);
  for (std::size_t key = 0; key < keys; ++key) scene.put(0, key);
  scene.world.put_to_use(3);
  scene.change(0, port::ChangeRequest::Kind::join, 3);
  REQUIRE(scene.settles(30s));
  REQUIRE(scene.all_well(30s));
  for (std::size_t key = 0; key < keys; ++key) CHECK(scene.get(3, key).outcome == Outcome::done);
  scene.check_replicas(keys);
}

TEST_CASE("a node leaves, and stops when it has handed over what it had") {
  ChangingScene scene(2, 4, 0);
  for (std::size_t key = 0; key < keys; ++key) scene.put(0, key);
  scene.change(0, port::ChangeRequest::Kind::leave, 3);
  REQUIRE(scene.world.run_until([&] { return !scene.world.host(3).up(); }, 60s));
  REQUIRE(scene.world.host(3).halted());
  CHECK_FALSE(scene.world.host(3).halted()->failed);
  REQUIRE(scene.settles(30s));
  scene.world.retire(3);
  scene.check_replicas(keys);
}
