#pragma once

#include <map>
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
  /// `patience`: so long after the last step of the ring, or the last row on its way to who is to own it, it has
  /// stalled.
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
  bool rows_arrive();
  void abort();

  World& world_;
  Duration patience_;
  std::optional<ring::Ring> newest_;
  Instant moved_;                            ///< when the ring did
  std::map<NodeId, std::uint64_t> fetched_;  ///< rows, for the change under way
  std::optional<Instant> resting_since_;
};

}  // namespace starling::sim
