#pragma once

#include <optional>

#include "coordinator/write.hpp"
#include "coordinator/write_set.hpp"

namespace starling::coordinator {

/// A client's write at a node that is no replica of its key: handed to one that is, and the answer
/// handed back. Another replica is tried only after the first has said that nothing happened: a
/// write that was sent and not answered may have been carried out, and a second attempt would make
/// a second sibling of it (riak_kv #1046).
class ForwardedWrite {
 public:
  ForwardedWrite(Requester client, Write write) : client_(client), write_(std::move(write)) {}

  /// To whom the ring names now; may be called again while nobody has been asked to carry it out.
  Progress begin(Step& step);
  Progress on_message(NodeId from, wire::ForwardReply reply, Step& step);
  Progress on_peer_lost(NodeId peer, Step& step);
  Progress on_late(Step& step);
  void on_deadline(Step& step);

  /// For when we have become a replica ourselves, at begin().
  PartitionId partition() const { return write_.partition; }
  Requester requester() const { return client_; }
  Write take_write() { return std::move(write_); }

 private:
  /// To the next replica that is up; false if there is none left.
  bool forward(Step& step);
  Progress settle_refusal(Error error, Step& step);

  Requester client_;
  Write write_;
  std::optional<ReplicaSet> replicas_;
  std::uint32_t next_{};  ///< the place from which on nobody was tried yet
  NodeId target_;         ///< zero: nobody has it
  bool rings_differ_{};   ///< somebody refused because he goes by another ring
};

}  // namespace starling::coordinator
