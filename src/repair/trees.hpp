#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "repair/step.hpp"

namespace starling::repair {

/// Has the Merkle trees of our partitions built in the background, one at a time and a bounded
/// number of rows at a time, with rests in which others have the disk.
class Trees {
 public:
  void want(PartitionId partition) { wanted_.insert(partition); }
  /// A tree that is missing is built, and one over much more than it was built for is built larger.
  void heed(const storage::PartitionSurvey& survey);

  /// Whoever has just started has more urgent things to do, and does not know yet whether it is busy.
  void start(Instant now);
  /// Until then some partitions cannot be compared.
  bool building() const { return !wanted_.empty(); }
  /// Begins, if nothing is under way.
  void go_on(Step& step);
  std::optional<Instant> due() const;
  void on_timer(Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);

 private:
  std::set<PartitionId> wanted_;
  std::map<PartitionId, std::uint64_t> built_for_;  ///< so many live siblings
  PartitionId building_;
  std::optional<port::Ticket> waiting_;
  Instant building_since_;
  std::optional<Instant> paused_until_;
};

}  // namespace starling::repair
