#pragma once

#include "coordinator/quorum.hpp"
#include "coordinator/replica_set.hpp"
#include "coordinator/write.hpp"
#include "storage/commands.hpp"

namespace starling::coordinator {

/// A write, at a replica of its key. Two stages: our own storage issues the dot and commits; then
/// the resulting state goes to every other replica that is up, and W acknowledgements, our own
/// commit among them, make it done. Before the command has gone to storage nothing has happened,
/// after it a failure is in doubt unless storage says that it refused.
class PutRequest {
 public:
  PutRequest(Requester requester, Write write, const ReplicaSet& replicas);

  Progress begin(Step& step);
  Progress on_storage(Result<storage::Answer> answer, Step& step);
  Progress on_message(NodeId from, const wire::MergeReply& reply, Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  void on_deadline(Step& step);

 private:
  void replicate(Bytes object, Step& step);
  Progress conclude(Step& step);
  std::vector<NodeId> acked() const;

  Requester requester_;
  Write write_;
  ReplicaSet replicas_;  ///< ourselves first
  Quorum acks_;
  bool committed_{};
  std::uint32_t siblings_{};
  causal::VersionVector context_;  ///< of the result
};

}  // namespace starling::coordinator
