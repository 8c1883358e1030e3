#include <doctest/doctest.h>

#include "membership/bounds.hpp"
#include "membership/suspicion.hpp"
#include "support/gossip_network.hpp"
#include "wire/codec.hpp"

/// "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol", Das, Gupta,
/// Motivala, DSN 2002, section by section.
using namespace starling;
using membership::Profile;
using port::NoticeKind;
using test::GossipNetwork;
using wire::MemberState;

namespace {

double seconds(std::optional<Duration> duration) {
  REQUIRE(duration);
  return std::chrono::duration<double>(*duration).count();
}

/// A cluster in which everybody knows everybody and nothing is left to say.
GossipNetwork settled(std::size_t nodes, std::uint64_t seed, Profile profile = Profile::lan()) {
  GossipNetwork network(seed, profile);
  network.start(nodes);
  REQUIRE(network.run_until([&] { return network.is_whole(); }, membership::start_bound(profile, nodes)));
  network.run_for(30s);
  return network;
}

}  // namespace

TEST_CASE("hundred nodes that start with one seed know each other within the bound") {
  for (const auto& profile : {Profile::lan(), Profile::local()}) {
    GossipNetwork network(1, profile);
    network.start(100);
    const auto took = network.run_until([&] { return network.is_whole(); }, membership::start_bound(profile, 100));
    MESSAGE("100 nodes know each other after " << seconds(took) << " s, bound "
                                               << seconds(membership::start_bound(profile, 100)) << " s");
  }
}

TEST_CASE("a death among hundred is known to all within the bound") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    auto network = settled(100, seed);
    network.crash(42);
    const auto bound = membership::likely_detection_bound(Profile::lan(), 100);
    const auto took = network.run_until([&] { return network.all_see(42, MemberState::dead); }, bound);
    MESSAGE("a death among 100 is known to all after " << seconds(took) << " s, bound " << seconds(bound) << " s");
  }
}
