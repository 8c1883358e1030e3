#include "histories/history_scene.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::size_t keys = 40;

}  // namespace

TEST_CASE("hints for damaged rows, of partitions that belong to others by now too, are settled in the end") {
  node::Config node = Scene::small_node();
  node.repair.interval = 2s;
  node.repair.settle = 1s;
  HistoryScene scene(301, 4, node, {.keys = keys}, 1);
  const HostIndex gone = 2, newcomer = 3;
  scene.move_behind(gone, newcomer, keys);
  for (std::size_t row = 0; row < keys; ++row) scene.world.host(0).disk().turn_bit(row);
  scene.world.host(gone).start();
  REQUIRE(scene.all_well(20s));
  scene.world.run_for(60s);
  for (const auto& violation : scene.verdict_with_replicas(keys)) FAIL_CHECK(violation.rule << ": " << violation.what);
}
