#pragma once

#include <optional>

#include "coordinator/stand_ins.hpp"
#include "coordinator/write.hpp"
#include "coordinator/write_set.hpp"
#include "storage/commands.hpp"

namespace starling::coordinator {

/// A write, at a replica of its key. Two stages: our own storage issues the dot and commits; then
/// the resulting state goes to every other replica that is up, and W acknowledgements, our own
/// commit among them, make it done. It then listens on: whoever has not acknowledged by the
/// deadline is owed a hint, those that could not be reached in the first place got theirs in the
/// commit of the write (Dynamo §4.6). Before the command has gone to storage nothing has happened,
/// after it a failure is in doubt unless storage says that it refused.
///
/// When the ring changes on the way, the write goes on under the new one: to those who have not got it yet. An
/// acknowledgement counts as long as its node has gone on owning the partition.
///
/// A sloppy write is done too with the help of stand-ins, as soon as too few replicas are left for a
/// strict one. It is not covered by R + W > N until they have delivered it.
class PutRequest {
 public:
  PutRequest(Requester requester, Write write) : requester_(requester), write_(std::move(write)) {}

  Progress begin(Step& step);
  Progress on_storage(Result<storage::Answer> answer, Step& step);
  Progress on_message(NodeId from, const wire::MergeReply& reply, Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  Progress on_ring(Step& step);
  Progress on_late(Step& step);
  void on_deadline(Step& step);

 private:
  Result<void> enough(const Step& step) const;
  Result<> choose_replicas(const Step& step);
  Progress on_merged(bool merged, Step& step);
  void replicate(Step& step);
  void forget_acks_of_former_owners(Epoch before);
  void enlist_stand_ins(Step& step);
  Progress on_vote(NodeId voter, bool yes, Step& step);
  Progress conclude(Step& step);
  void answer_when_decided(Step& step);
  std::vector<NodeId> unreachable(const Step& step) const;
  void hint_those_without(Step& step);
  std::uint32_t kept_places() const;
  std::uint32_t hopeful_places() const;
  bool has_acked(NodeId node) const;
  /// With those that stand in.
  std::vector<NodeId> holders() const;

  Requester requester_;
  Write write_;
  std::optional<WriteSet> set_;  ///< under the version of the partition that the write goes by now
  Epoch version_;
  std::vector<NodeId> acked_;          ///< replicas that have it durably, and have gone on owning it
  std::optional<StandIns> stand_ins_;  ///< of a sloppy write
  Bytes object_;                       ///< until we have answered
  std::vector<NodeId> hinted_;         ///< they could not be reached when the write began
  bool rings_differ_{};                ///< somebody refused because he goes by another ring
  bool committed_{};
  bool answered_{};
  std::uint32_t siblings_{};
  causal::VersionVector context_;  ///< of the result
};

}  // namespace starling::coordinator
