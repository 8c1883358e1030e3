#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "repair/peer_views.hpp"
#include "repair/step.hpp"

namespace starling::repair {

/// Lets deletes vanish by proof: a tombstone goes when every other replica of its partition is known
/// to have received it, however long that takes, and never before. Storage removes those that all of
/// the watermarks cover; this decides when it is worth asking.
class Reaper {
 public:
  /// What a survey of ours says of one of our partitions.
  void consider(const storage::PartitionSurvey& survey, const PeerViews& views, Step& step);
  void go_on(const PeerViews& views, Step& step);
  /// False for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, const PeerViews& views, Step& step);

  /// Rows that wait to be reaped, by partition, as of the last survey.
  const std::map<PartitionId, std::uint64_t>& waiting() const { return tombstones_; }
  std::uint64_t reaped() const { return reaped_; }

 private:
  std::map<PartitionId, std::uint64_t> tombstones_;
  std::map<PartitionId, std::uint64_t> in_vain_;  ///< what was known when there was nothing to reap
  std::map<PartitionId, std::uint64_t> queue_;    ///< with what is known
  bool found_some_{};                             ///< in the pass that is under way
  PartitionId reaping_;
  std::optional<port::Ticket> under_way_;
  std::uint64_t reaped_{};
};

}  // namespace starling::repair
