#pragma once

#include <doctest/doctest.h>

#include "membership/bounds.hpp"
#include "support/gossip_network.hpp"

namespace starling::test {

inline double seconds(std::optional<Duration> duration) {
  REQUIRE(duration);
  return std::chrono::duration<double>(*duration).count();
}

/// A cluster in which everybody knows everybody and nothing is left to say.
inline GossipNetwork settled(std::size_t nodes, std::uint64_t seed,
                             const membership::Profile& profile = membership::Profile::lan()) {
  GossipNetwork network(seed, profile);
  network.start(nodes);
  REQUIRE(network.run_until([&] { return network.is_whole(); }, membership::start_bound(profile, nodes)));
  network.run_for(30s);
  return network;
}

}  // namespace starling::test
