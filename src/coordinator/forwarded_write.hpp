#pragma once

#include <optional>

#include "coordinator/replica_set.hpp"
#include "coordinator/write.hpp"

namespace starling::coordinator {

/// A client's write at a node that is no replica of its key: handed to one that is, and the answer
/// handed back. Another replica is tried only after the first has said that nothing happened: a
/// write that was sent and not answered may have been carried out, and a second attempt would make
/// a second sibling of it (riak_kv #1046).
class ForwardedWrite {
 public:
  ForwardedWrite(port::ClientToken client, Write write, const ReplicaSet& replicas);

  Progress begin(Step& step);
  Progress on_message(NodeId from, wire::ForwardReply reply, Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  void on_deadline(Step& step);

 private:
  /// To the next replica that is up; false if there is none left.
  bool forward(Step& step);

  Requester client_;
  Write write_;
  ReplicaSet replicas_;
  std::uint32_t next_{};  ///< the place from which on nobody was tried yet
  NodeId target_;
};

}  // namespace starling::coordinator
