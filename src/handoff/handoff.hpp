#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/random.hpp"
#include "handoff/config.hpp"
#include "handoff/delivery.hpp"
#include "handoff/reception.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"

namespace starling::handoff {

/// Hinted handoff: sees to it that every node gets what it missed while it was away, and that it is
/// not drowned in it. The hints themselves lie in storage, kept by the writes that could not reach
/// somebody (coordinator/put_request.hpp); here they are only delivered. Dynamo §4.6.
///
/// As long as anybody is owed anything, storage is asked for it once per period, and whenever a
/// node is connected again; when nobody is, this room sleeps until it is told of a new hint.
class Handoff {
 public:
  Handoff(Config config, NodeId self, Random random);

  /// Once, when there is a ring: hints may have been left by an earlier life.
  void start(const View& view, port::Outbox& out);
  /// Storage has been asked to keep one: a look that comes after finds it, whenever that is.
  void on_hint_left(const View& view, port::Outbox& out);
  void on_connected(NodeId peer, const View& view, port::Outbox& out);
  void on_peer_lost(NodeId peer);
  void on_timer(port::Ticket ticket, const View& view, port::Outbox& out);
  void on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::HandoffGrant& grant, const View& view, port::Outbox& out);
  /// Replies to others' merges are ignored.
  void on_message(NodeId from, const wire::MergeReply& reply, const View& view, port::Outbox& out);

  /// As of the last look.
  const std::map<NodeId, std::uint64_t>& owed() const { return owed_; }
  /// When the first of them was found here, in this life.
  const std::map<NodeId, Instant>& owed_since() const { return owed_since_; }

 private:
  Step step(const View& view, port::Outbox& out);
  void look(port::Outbox& out);
  void arm(const View& view, port::Outbox& out);
  void on_counts(const storage::CountHintsAnswer& answer, const View& view, port::Outbox& out);

  Config config_;
  NodeId self_;
  port::Tickets tickets_{port::Room::handoff};
  std::uint64_t last_request_;
  Reception reception_;
  std::map<NodeId, std::uint64_t> owed_;
  std::map<NodeId, Instant> owed_since_;
  std::map<NodeId, Delivery> deliveries_;
  port::Ticket counting_;
  port::Ticket timer_;
  bool awake_{};
  bool hint_left_{};  ///< since the last look
};

}  // namespace starling::handoff
