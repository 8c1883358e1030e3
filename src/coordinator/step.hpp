#pragma once

#include <algorithm>
#include <cstdint>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "coordinator/config.hpp"
#include "coordinator/latency_estimate.hpp"
#include "port/outbox.hpp"

namespace starling::coordinator {

/// What a reaction of a request leaves behind.
enum class Progress : std::uint8_t {
  waiting,
  answered,    ///< goes on listening, but nobody waits for it any more
  finished,    ///< answered; forget it
  next_stage,  ///< wants to begin its next stage under a new number: what is still on its way belongs to the last one
};

/// One reaction of one request: what it may know, and where its effects go.
struct Step {
  const Config& config;
  NodeId self;
  const Secret& secret;
  LatencyEstimate& read_latency;
  const View& view;
  port::Outbox& out;
  std::uint64_t number{};  ///< of the request: in its tickets and its messages
  Instant deadline;
  Instant wake;  ///< when on_late() is wanted; at the deadline on_deadline() comes by itself

  Duration ttl() const { return deadline - view.now; }
  wire::RequestId request() const { return {number}; }
  port::Ticket ticket() const { return {port::Room::coordinator, number}; }
  void wake_after(Duration delay) { wake = std::min(deadline, view.now + delay); }
  bool reachable(NodeId node) const { return node == self || view.peers.reachable(node); }
};

}  // namespace starling::coordinator
