#pragma once

#include <utility>

#include "coordinator/read.hpp"
#include "coordinator/write.hpp"

namespace starling::coordinator {

/// A delete whose client has not said what it has read: a read finds out what there is, and the
/// tombstone that follows, written like any other value, replaces just that. Where nothing lives
/// nothing is written.
class DeleteRequest {
 public:
  DeleteRequest(port::ClientToken client, Read read, Write tombstone)
      : client_(client), read_(std::move(read)), tombstone_(std::move(tombstone)) {}

  Progress begin(Step& step) { return decide(read_.begin(step), step); }
  Progress on_storage(Result<storage::Answer> got, Step& step) {
    return decide(read_.on_storage(std::move(got), step), step);
  }
  Progress on_message(NodeId from, wire::ReadReply reply, Step& step) {
    return decide(read_.on_reply(from, std::move(reply), step), step);
  }
  Progress on_late(Step& step) { return decide(read_.on_late(step), step); }
  Progress on_peer_lost(NodeId peer, Step& step) { return decide(read_.on_peer_lost(peer, step), step); }
  Progress on_ring(Step& step) {
    read_.on_ring(step);
    return decide(std::nullopt, step);
  }
  void on_deadline(Step& step);

  /// For the next stage, once it is known what there is to delete: the write, with the context of what was read.
  bool has_read() const { return has_read_; }
  port::ClientToken client() const { return client_; }
  Write take_write() { return std::move(tombstone_); }

 private:
  Progress decide(Read::Outcome outcome, Step& step);

  port::ClientToken client_;
  Read read_;
  Write tombstone_;
  bool has_read_{};
};

}  // namespace starling::coordinator
