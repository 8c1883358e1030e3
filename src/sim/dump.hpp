#pragma once

#include <cstdint>
#include <vector>

#include "causal/object.hpp"
#include "sim/violation.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// What one replica holds of one key.
struct Holding {
  HostIndex host{};
  std::size_t key{};
  causal::Object object;
};

/// Hints that one machine keeps for another that is in service.
struct Owing {
  HostIndex host{};
  HostIndex to{};
  std::uint64_t hints{};
};

/// What all replicas in service hold, read from their disks, not asked of their nodes: of each of
/// the keys, and of any other that they have. Everybody must be ready.
struct Dump {
  std::vector<Holding> holdings;
  std::vector<Owing> owings;
  bool recovering{};  ///< somebody lacks writes that it had, and so refuses reads: the rest says little
  /// What cannot be read, keys that nobody ever wrote, and Merkle trees that are not those of the rows, or not the
  /// same on all replicas.
  std::vector<Violation> violations;
};
Dump dump(World& world, std::size_t keys);

/// The replicas of a key; empty where no ring is known.
std::vector<NodeId> replicas_of(World& world, std::size_t key);

}  // namespace starling::sim
