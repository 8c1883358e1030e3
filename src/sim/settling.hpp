#pragma once

#include <optional>
#include <set>
#include <string>

#include "ring/ring.hpp"
#include "sim/violation.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// What was begun with the ring comes to an end when nothing goes wrong any more: every change finishes, and the
/// members share the partitions as evenly as they can; or the nodes say whom that waits for. A change that
/// waits for a machine which is gone for good is then aborted, as an operator would.
class Settling {
 public:
  /// `patience`: so long after its last step the ring has stalled, and the time that a transfer of all that there is
  /// takes at the rate at which nodes may fetch.
  Settling(World& world, Duration patience) : world_(world), patience_(patience) {}

  /// Until the ring is at rest. Then machines that are not in it are switched off. Nothing, or what is wrong.
  std::optional<Violation> run();

 private:
  bool look();
  bool at_rest(const ring::Ring& ring);
  bool member_is_well(HostIndex host, const ring::Ring& ring);
  void start_whoever_should_run(const ring::Ring& ring);
  std::set<NodeId> waiting_to_join(const ring::Ring& ring);
  std::string blocker();
  Duration longest_transfer();
  void abort();

  World& world_;
  Duration patience_;
  std::optional<ring::Ring> newest_;
  Instant moved_;  ///< when the ring did
  std::optional<Instant> resting_since_;
};

}  // namespace starling::sim
