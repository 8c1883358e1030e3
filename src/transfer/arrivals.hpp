#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "transfer/pace.hpp"
#include "transfer/pull.hpp"
#include "transfer/step.hpp"

namespace starling::transfer {

/// The partitions that this node is to own by the change under way, or is to own with fewer others, while
/// it fetches what they hold.
///
/// It holds one once it has, from the replica that it replaces, or from so many others
/// that every write with a majority is at one of them, all that these had seen when they went by the
/// ring that makes everybody write to the newcomer too (what it owned before counts as had from itself). A write under
/// an older version can be acknowledged by none of them after that, so what they had then is all there is. (A copy from
/// one arbitrary replica is not: CASSANDRA-2434.) Rows that arrived before a crash are not fetched again: what `seen`
/// has of them says so.
class Arrivals {
 public:
  Arrivals(NodeId self, const Config& config);

  /// The node goes by another ring.
  void on_ring(Step& step);
  /// Has lost something of these.
  void start_over(const std::vector<PartitionId>& partitions);
  void on_peer_lost(NodeId peer);

  void go_on(Step& step);
  std::optional<Instant> due() const;
  void on_timer(Step& step);
  /// These are false for an answer to somebody else.
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  bool on_reply(NodeId from, wire::PullReply& reply, Step& step);

  /// Partitions of these that we do not hold yet, and those that we hold by now.
  bool misses(PartitionId partition) const;
  std::size_t missing() const { return expected_.size() - held_; }
  std::size_t held() const { return held_; }
  /// What this change has brought.
  std::uint64_t rows() const;
  std::uint64_t bytes() const;
  /// Replicas that have what we need and cannot be reached; none while others will do.
  std::vector<NodeId> waits_for(const View& view) const;

 private:
  struct Arrival {
    std::set<NodeId> fetched_from;
    bool held{};
  };
  struct Lane {
    Pull pull;
    std::optional<PartitionId> partition;
  };

  bool is_on_a_lane(PartitionId partition) const;
  std::optional<NodeId> source_of(PartitionId partition, const Arrival& arrival, const View& view) const;
  /// False when it is no lane's.
  template <class Take>
  bool hand_to_lane(Take take, Step& step);
  void heed(Lane& lane, Pull::Progress progress, Step& step);

  NodeId self_;
  Epoch epoch_;  ///< of the ring that expects them of us
  std::map<PartitionId, Arrival> expected_;
  std::size_t held_{};
  std::set<PartitionId> open_;               ///< of these: to be fetched from somebody, and not on a lane
  std::map<PartitionId, Instant> retry_at_;  ///< likewise, but not before: after a failure
  std::vector<Lane> lanes_;
  Pace pace_;
  std::uint64_t rows_before_{};  ///< that the lanes had brought before this change
  std::uint64_t bytes_before_{};
};

}  // namespace starling::transfer
