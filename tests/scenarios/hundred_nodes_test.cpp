#include "scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

/// How long until everybody's view is right, looked at four times a second.
std::optional<Duration> time_to_agree(World& world, Duration at_most) {
  const Instant began = world.now();
  while (!world.all_see_all()) {
    if (world.now() - began > at_most) return std::nullopt;
    world.run_for(250ms);
  }
  return world.now() - began;
}

}  // namespace

TEST_CASE("100 nodes agree on who is there after their start, and after one of them dies") {
  World world({.seed = 31, .hosts = 100});
  world.start_all();
  REQUIRE(world.found());
  const auto started = time_to_agree(world, 10s);
  REQUIRE(started);
  MESSAGE("100 nodes agree " << *started / 1ms << " ms after they are ready");

  world.host(42).kill();
  const auto mourned = time_to_agree(world, 30s);
  REQUIRE(mourned);
  MESSAGE("a death is known to all 99 after " << *mourned / 1ms << " ms");
}
