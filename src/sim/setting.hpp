#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "node/config.hpp"
#include "sim/workload.hpp"

namespace starling::sim {

/// Whether somebody asks for changes of the ring: some seeds are of that kind.
enum class RingChanges : std::uint8_t { by_seed, never, always };

/// What a seed decides before there is a world: how large it is, how its nodes are configured, and of what kind
/// its clients are. Each seed is one-sided in its own way. Where the ring changes, transfers may take their time, so
/// that everything else happens meanwhile; replicas may heal slowly, so that it shows what a change has left behind;
/// and clients may stay with nodes that know nothing of it.
struct Setting {
  Setting(std::uint64_t seed, std::size_t hosts_max, RingChanges wanted);

  Workload draw_workload(Random& random) const;

  std::size_t hosts;  ///< that found the cluster
  int slowness = 1;   ///< so many times more time for as many operations: enough for nodes to be given up
  bool supervised{};  ///< who stops by itself is started again
  bool ring_changes{};
  node::Config node;
  std::uint32_t loyal_percent = 0;  ///< of the clients

 private:
  void draw_changes(Random& random);
};

}  // namespace starling::sim
