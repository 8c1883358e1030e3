#include <doctest/doctest.h>

#include "sim/world.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

ClusterId cluster_of(World& world, std::size_t host) {
  const auto reply = world.ask(host, port::InfoRequest{});
  REQUIRE(reply);
  return std::get<port::InfoReply>(*reply).cluster;
}

/// Nobody waits for a decision any more: a node is ready, or free to be founded.
bool decided(World& world) {
  for (std::size_t host = 0; host < world.hosts(); ++host) {
    const auto reply = world.ask(host, port::StatusRequest{});
    if (!reply) return false;
    const auto& status = std::get<port::StatusReply>(*reply);
    const bool waits =
        !status.problems.empty() && status.problems.front().advice.find("waits for node") != std::string::npos;
    if (!status.ready && waits) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a cluster is founded by all its members or by none, whoever is killed and whatever is lost meanwhile") {
  std::size_t founded = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    World world({.seed = seed, .hosts = 4});
    world.start_all();
    port::InitRequest request;
    for (std::size_t host = 0; host < 4; ++host) request.peers.push_back(world.host(host).peer());
    world.host(0).ask(request, [](const auto&) {});
    for (int kills = 0; kills < 2; ++kills) {
      const std::size_t victim = world.random().below(4);
      const Duration at(world.random().below(6'000'000));
      world.agenda().after(at, [&world, victim] { world.host(victim).kill(); });
      world.agenda().after(at + Duration(world.random().below(8'000'000'000)),
                           [&world, victim] { world.host(victim).start(); });
    }
    if (seed % 3 == 0) world.cut(world.random().below(4), world.random().below(4));
    world.run_for(10s);
    world.heal();
    REQUIRE(world.run_until([&] { return decided(world); }, 90s));
    const ClusterId cluster = cluster_of(world, 0);
    for (std::size_t host = 1; host < 4; ++host) CHECK(cluster_of(world, host) == cluster);
    founded += cluster ? 1 : 0;
  }
  CHECK(founded > 10);
  CHECK(founded < 90);
}

TEST_CASE("a node of another cluster is refused in words, and the asked node can found without it") {
  World world({.seed = 5, .hosts = 3});
  world.start_all();
  REQUIRE(world.ask(2, port::InitRequest{}));
  port::InitRequest request{{world.host(1).peer(), world.host(2).peer()}};
  const auto refused = world.ask(0, request);
  REQUIRE(refused);
  const auto* failure = std::get_if<port::Failure>(&*refused);
  REQUIRE(failure);
  CHECK(failure->error.code == ErrorCode::wrong_cluster);
  CHECK(failure->error.message.find("node 'n2' (10.0.0.3:4702) already belongs to cluster " +
                                    to_string(cluster_of(world, 2))) != std::string::npos);
  request.peers.pop_back();
  const auto founded = world.ask(0, request);
  REQUIRE(founded);
  CHECK(std::get<port::InitReply>(*founded).members == 2);
}
