#pragma once

#include <utility>

#include "coordinator/read.hpp"
#include "port/event.hpp"

namespace starling::coordinator {

/// A client's read: the values that live at R replicas, and the context that covers them.
class GetRequest {
 public:
  GetRequest(port::ClientToken client, Read read) : client_(client), read_(std::move(read)) {}

  Progress begin(Step& step) { return answer(read_.begin(step), step); }
  Progress on_storage(Result<storage::Answer> got, Step& step) {
    return answer(read_.on_storage(std::move(got), step), step);
  }
  Progress on_message(NodeId from, wire::ReadReply reply, Step& step) {
    return answer(read_.on_reply(from, std::move(reply), step), step);
  }
  Progress on_late(Step& step) { return answer(read_.on_late(step), step); }
  Progress on_peer_lost(NodeId peer, Step& step) { return answer(read_.on_peer_lost(peer, step), step); }
  Progress on_ring(Step& step) {
    read_.on_ring(step);
    return answer(std::nullopt, step);
  }
  void on_deadline(Step& step);

 private:
  Progress answer(Read::Outcome outcome, Step& step);

  port::ClientToken client_;
  Read read_;
};

/// The values of the live siblings. A client's request that was carried out twice left two of
/// them; they are shown as one.
std::vector<Bytes> values_of(causal::Object object);

}  // namespace starling::coordinator
