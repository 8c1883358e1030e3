#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace starling::sim {

/// Something that goes wrong, or is put right again, at its time.
struct Fault {
  Instant at;
  std::string what;
  std::function<void(World&)> act;
};

/// Faults for so long from now on. Each seed leaves whole kinds out (swarm testing: Groce et al.,
/// ISSTA 2012), so that those it has come thick and together.
std::vector<Fault> draw_faults(const World& world, Random& random, Duration length);

/// Everything that a fault may have left behind is put right.
void end_faults(World& world);

}  // namespace starling::sim
