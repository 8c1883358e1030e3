#pragma once

#include <optional>

#include "coordinator/quorum.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/stand_ins.hpp"
#include "coordinator/write.hpp"
#include "storage/commands.hpp"

namespace starling::coordinator {

/// A write, at a replica of its key. Two stages: our own storage issues the dot and commits; then
/// the resulting state goes to every other replica that is up, and W acknowledgements, our own
/// commit among them, make it done. It then listens on: whoever has not acknowledged by the
/// deadline is owed a hint, those that could not be reached in the first place got theirs in the
/// commit of the write (Dynamo §4.6). Before the command has gone to storage nothing has happened,
/// after it a failure is in doubt unless storage says that it refused.
///
/// A sloppy write is done too with the help of stand-ins, as soon as too few replicas are left for a
/// strict one. It is not covered by R + W > N until they have delivered it.
class PutRequest {
 public:
  PutRequest(Requester requester, Write write, const ReplicaSet& replicas);

  Progress begin(Step& step);
  Progress on_storage(Result<storage::Answer> answer, Step& step);
  Progress on_message(NodeId from, const wire::MergeReply& reply, Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  void on_deadline(Step& step);

 private:
  Result<void> enough(const Step& step) const;
  void replicate(const Bytes& object, Step& step);
  void enlist_stand_ins(Step& step);
  Progress on_vote(NodeId voter, bool yes, Step& step);
  Progress conclude(Step& step);
  void answer_when_decided(Step& step);
  std::vector<NodeId> unreachable(const Step& step) const;
  void hint_those_without(Step& step);
  std::uint32_t acknowledgements() const;
  std::vector<NodeId> acked() const;

  Requester requester_;
  Write write_;
  ReplicaSet replicas_;                ///< ourselves first
  Quorum acks_;                        ///< of the replicas
  std::optional<StandIns> stand_ins_;  ///< of a sloppy write
  Bytes object_;                       ///< for them, until we have answered
  std::vector<NodeId> hinted_;         ///< they could not be reached when the write began
  bool committed_{};
  bool answered_{};
  std::uint32_t siblings_{};
  causal::VersionVector context_;  ///< of the result
};

}  // namespace starling::coordinator
