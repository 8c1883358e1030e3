#pragma once

#include <vector>

#include "sim/fault.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// Faults for so long from now on. Each seed leaves whole kinds out (swarm testing: Groce et al.,
/// ISSTA 2012), so that those it has come thick and together.
///
/// `with_restores`: one node's directory may also be replaced by an older copy of itself. That loses
/// what only that node had, so promises hold only for writes acknowledged by all replicas.
std::vector<Fault> draw_faults(const World& world, Random& random, Duration length, bool with_restores);

/// Everything that a fault may have left behind is put right.
void end_faults(World& world);

}  // namespace starling::sim
