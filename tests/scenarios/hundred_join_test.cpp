// How a cluster of one grows to a hundred. Prints how long that takes in its own time.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/world.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t nodes = 100;

node::Config small_node() {
  node::Config node;
  node.partitions = 256;
  node.gossip = membership::Profile::local();
  return node;
}

port::StatusReply status(World& world, HostIndex host) {
  return std::get<port::StatusReply>(world.ask(host, port::StatusRequest{}).value());
}

std::size_t members(World& world) {
  const auto now = status(world, 0);
  return now.change ? 0 : static_cast<std::size_t>(std::ranges::count_if(now.members, &port::MemberInfo::in_ring));
}

void join(World& world, std::size_t first, std::size_t last) {
  port::ChangeRequest request{.kind = port::ChangeRequest::Kind::join, .nodes = {}, .timeout = 60s};
  for (std::size_t host = first; host < last; ++host) {
    world.put_to_use(host);
    request.nodes.push_back({"", world.host(host).peer()});
  }
  const auto reply = world.ask(0, std::move(request));
  REQUIRE(reply);
  REQUIRE(std::holds_alternative<port::ChangeReply>(*reply));
}

/// Each member has its share of the places, rounded up or down.
void check_balance(World& world) {
  const auto reply = world.ask(0, port::RingRequest{});
  const auto ring = ring::decode_ring(std::get<port::RingReply>(*reply).ring).value();
  const std::size_t least = 3 * ring.partitions() / nodes;
  for (const ring::Member& member : ring.members()) {
    const std::size_t load = ring.partitions_of(member.id).size();
    CHECK(load >= least);
    CHECK(load <= least + 1);
  }
}

}  // namespace

TEST_CASE("a hundred nodes join at once") {
  World world({.seed = 1, .hosts = nodes, .spare = nodes - 1, .node = small_node()});
  world.start_all();
  REQUIRE(world.found());
  const Instant begin = world.now();
  join(world, 1, nodes);
  REQUIRE(world.run_until([&] { return members(world) == nodes && world.all_ready(); }, 120s));
  world.run_for(10s);
  MESSAGE("99 nodes that join at once are members after "
          << (world.now() - begin - 10s) / 1ms << " ms, with the ring of epoch " << status(world, 0).epoch.value);
  check_balance(world);
}

TEST_CASE("a hundred nodes join one after another") {
  World world({.seed = 2, .hosts = nodes, .spare = nodes - 1, .node = small_node()});
  world.start_all();
  REQUIRE(world.found());
  const Instant begin = world.now();
  for (std::size_t host = 1; host < nodes; ++host) {
    join(world, host, host + 1);
    REQUIRE(world.run_until([&] { return members(world) == host + 1; }, 60s));
  }
  MESSAGE("99 nodes that join one after another are members after "
          << (world.now() - begin) / 1ms << " ms, with the ring of epoch " << status(world, 0).epoch.value);
  check_balance(world);
}
