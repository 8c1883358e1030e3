#pragma once

#include <optional>

#include "ring/ring.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// The ring that a host goes by, as it says; nothing if it is down, or has none.
std::optional<ring::Ring> ring_at(World& world, HostIndex host);
/// Of the first host that is ready.
std::optional<ring::Ring> ring_of(World& world);
/// With the highest epoch of all that those in service go by.
std::optional<ring::Ring> newest_ring(World& world);

}  // namespace starling::sim
