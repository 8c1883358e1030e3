#pragma once

#include <optional>
#include <set>

#include "repair/step.hpp"

namespace starling::repair {

/// Has the Merkle trees of our partitions built in the background, one at a time and a bounded
/// number of rows at a time, with pauses in which others have the disk.
class Trees {
 public:
  void want(PartitionId partition) { wanted_.insert(partition); }
  bool idle() const { return wanted_.empty(); }

  /// Begins, if nothing is under way.
  void go_on(Step& step);
  std::optional<Instant> due() const;
  void on_timer(Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);

 private:
  std::set<PartitionId> wanted_;
  PartitionId building_;
  std::optional<port::Ticket> waiting_;
  std::optional<Instant> paused_until_;
};

}  // namespace starling::repair
