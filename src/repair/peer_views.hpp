#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "causal/seen.hpp"
#include "ring/ring.hpp"

namespace starling::repair {

/// What we know of one other replica of one partition.
struct PeerView {
  /// What it has received, durably: less than it has by now, never more. Nothing while we cannot know.
  std::optional<causal::Seen> watermark;
  std::optional<Instant> verified;  ///< when both were last found to hold the same
  bool caught_up{};                 ///< once, in this life, we lacked nothing of what it had
  bool differs{};                   ///< at the last look
  bool roots_differed{};            ///< at the last look, though both had seen the same
  std::uint64_t bytes_fetched{};    ///< of rows that we lacked
  std::uint64_t bytes_pushed{};     ///< of keys that differed
};

/// What the looks have shown of all other replicas. Kept in memory: a look costs little.
///
/// A watermark is the word of one life of a peer. Whoever loses its connection may come back with
/// an older directory, so its watermarks are forgotten then, and learnt again from the next look.
class PeerViews {
 public:
  PeerView& of(NodeId peer, PartitionId partition) { return views_[{peer, partition}]; }
  const PeerView* find(NodeId peer, PartitionId partition) const;

  void learn(NodeId peer, PartitionId partition, causal::Seen seen) { of(peer, partition).watermark = std::move(seen); }
  void verify(NodeId peer, PartitionId partition, Instant now);
  void catch_up(NodeId peer, PartitionId partition);
  /// We have lost something: nobody's state of this partition counts as reached any more.
  void start_over(PartitionId partition);
  /// With how many other replicas we have caught up.
  std::size_t caught_up(const ring::Ring& ring, NodeId self, PartitionId partition) const;
  /// Grows whenever that does.
  std::uint64_t progress() const { return progress_; }
  /// The watermarks, and what only a second look could have confirmed.
  void forget(NodeId peer);

  /// Replicas of the partition, other than `self`, whose watermark is not known.
  std::vector<NodeId> silent(const ring::Ring& ring, NodeId self, PartitionId partition) const;
  /// The watermarks of all other replicas; nothing while one of them is silent, or the partition moves.
  std::optional<std::vector<causal::Seen>> witnesses(const ring::Ring& ring, NodeId self, PartitionId partition) const;

 private:
  std::map<std::pair<NodeId, PartitionId>, PeerView> views_;
  std::uint64_t progress_{};
};

}  // namespace starling::repair
