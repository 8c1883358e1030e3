#pragma once

#include <vector>

#include "sim/fault.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// A cluster of fewer has no majority without one of its nodes.
inline constexpr std::size_t can_miss_one = 3;

/// Whom faults may happen to.
struct Terrain {
  std::size_t hosts{};                ///< that make up the cluster
  HostIndex spare{};                  ///< a machine outside of it, for a copy of somebody's directory
  HostIndex forgetful{};              ///< only this one may lose what it has acknowledged: a majority remembers
  std::vector<HostIndex> reserves{};  ///< machines that may join; none: nobody asks for another ring
  std::vector<HostIndex> leavers{};   ///< those that may leave, so few that all replicas find a place without them
};

/// Faults for so long from then on, in the order in which they begin. Each seed leaves most kinds
/// out, so that those it has come thick and together (swarm testing: Groce et al., ISSTA 2012).
std::vector<Fault> draw_faults(Random& random, const Terrain& terrain, Instant from, Duration length);

/// Everything that a fault may have left behind is put right, and whoever is in service runs.
void end_faults(World& world);

}  // namespace starling::sim
