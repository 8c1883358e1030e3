#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "ring/ring.hpp"
#include "sim/loss.hpp"
#include "storage/boot_record.hpp"
#include "storage/commands.hpp"

namespace starling::sim {

/// The replicas of a key became others: `since` then somebody may go by the newer list, and `until` then somebody who
/// was a replica by an older one may not know.
struct Move {
  std::size_t key{};
  Instant since;
  Instant until;
};

/// Sees by which ring each machine goes, so that the checker knows when the replicas of each key changed.
class MoveWatch {
 public:
  /// The process goes by what its directory says.
  void on_started(HostIndex host, const storage::BootRecord& boot, Instant now);
  /// A ring that is on the disk may be gone by soon.
  void on_committed(HostIndex host, const storage::Command& command, const Result<storage::Answer>& answer,
                    Instant now);
  /// It goes by what was saved.
  void on_adopted(HostIndex host, Instant now);

  /// Of the first keys. Who goes by an older list in the end may always do so, but for those who have been silent since
  /// they were lost.
  std::vector<Move> moves(std::size_t keys, const std::vector<Loss>& losses) const;

 private:
  struct Machine {
    NodeId node;
    std::optional<ring::Ring> goes_by;
    std::optional<ring::Ring> saved;
  };
  struct Change {
    Instant since;
    Instant until;
  };
  using Changes = std::map<PartitionId, std::map<Epoch, Change>>;  ///< by the versions that they led to

  void note(const ring::Ring& ring, Instant now);
  static void leave(const Machine& machine, Instant now, Changes& changes);

  std::map<HostIndex, Machine> machines_;
  Changes changes_;
  std::optional<ring::Ring> any_ring_;  ///< keys stay in their partitions
};

}  // namespace starling::sim
