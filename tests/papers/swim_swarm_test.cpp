#include <doctest/doctest.h>

#include <array>

#include "membership/bounds.hpp"
#include "support/gossip_clusters.hpp"

/// The two promises of SWIM together, after any history: once the network is quiet, everybody who is up
/// is alive for all (accuracy), and nobody who is down is (completeness).
using namespace starling;
using membership::Profile;
using test::GossipNetwork;
using wire::MemberState;

namespace {

constexpr std::size_t nodes = 12;

/// One mishap of a random kind at a random place.
void disturb(GossipNetwork& network, Random& random) {
  const std::size_t node = random.below(nodes);
  switch (random.below(8)) {
    case 0:
    case 1:
      if (network.is_up(node)) network.crash(node);
      return;
    case 2:
    case 3:
      if (!network.is_up(node)) network.restart(node, random.chance(1, 4));
      return;
    case 4:
      // Node 0 is everybody's seed: who has lost its book finds the others only there.
      if (!network.is_up(node) && node != 0) network.move(node);
      return;
    case 5: return network.split(random.below(nodes));
    case 6: return network.heal();
    case 7:
      if (network.is_up(node)) network.stall(node, Duration(random.below(8'000'000'000)));
      return;
  }
}

bool is_right(const GossipNetwork& network) {
  if (!network.is_whole()) return false;
  for (std::size_t of = 0; of < nodes; ++of)
    for (std::size_t viewer = 0; viewer < nodes; ++viewer)
      if (!network.is_up(of) && network.is_up(viewer))
        if (const auto view = network.view(viewer, of); view && *view != MemberState::dead) return false;
  return true;
}

}  // namespace

TEST_CASE("after crashes, restarts, moves, partitions, stalls and loss in any order, all see what is true") {
  Duration slowest{};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    GossipNetwork network(seed, Profile::lan());
    Random random(seed + 1000);
    network.weather.loss_percent = random.below(3) * 10;
    network.weather.duplicate_percent = random.below(2) * 10;
    network.start(nodes);
    for (int mishap = 0; mishap < 40; ++mishap) {
      network.run_for(Duration(random.below(20'000'000'000)));
      disturb(network, random);
    }
    network.heal();
    network.weather = {};
    if (!network.is_up(0)) network.restart(0);
    const auto bound =
        membership::certain_detection_bound(Profile::lan(), nodes) + membership::healing_bound(Profile::lan(), nodes);
    const auto took = network.run_until([&] { return is_right(network); }, bound);
    CHECK(took);
    if (took) slowest = std::max(slowest, *took);
    network.run_for(5min);
    CHECK(is_right(network));
  }
  MESSAGE("the slowest of 60 histories was right " << test::seconds(slowest) << " s after the last mishap");
}
