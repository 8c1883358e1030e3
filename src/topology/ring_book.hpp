#pragma once

#include <optional>
#include <set>

#include "port/event.hpp"
#include "port/outbox.hpp"
#include "ring/ring.hpp"

namespace starling::topology {

/// The ring this node goes by. Gossip and refused requests tell of higher epochs; the book then
/// fetches the ring from whoever knows it, saves it, and only then goes by it: an adopted epoch never falls.
/// A ring whose lineage began apart from ours is never gone by, however high its epoch; both sides say so.
class RingBook {
 public:
  /// The ticket of the book's only storage command; Founding numbers its own from 1.
  static constexpr port::Ticket save_ticket{port::Room::topology, 0};

  /// The first ring: as loaded at start, or as founded.
  void open(ring::Ring ring) { ring_ = std::move(ring); }
  const ring::Ring* ring() const { return ring_ ? &*ring_ : nullptr; }
  Epoch epoch() const { return ring_ ? ring_->epoch() : Epoch{}; }

  /// `node` goes by `epoch`. Asks for its ring where that is higher than ours, once per `retry`.
  void on_epoch_seen(NodeId node, Epoch epoch, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::RingFetch& fetch, port::Outbox& out) const;
  /// The ring, if it is a whole one of our cluster with a higher epoch, and none is being saved: what is
  /// missed then is heard of again.
  std::optional<ring::Ring> examine(NodeId from, BytesView ring, port::Outbox& out);
  bool is_news(const ring::Ring& ring) const;
  /// Saves it, to go by it then.
  void take(ring::Ring ring, port::Outbox& out);
  /// The ring that we went by until now, when it has just become a newer one.
  std::optional<ring::Ring> on_stored(const Result<storage::Answer>& answer, port::Outbox& out);
  /// Those who go by such a ring.
  const std::set<NodeId>& estranged() const { return estranged_; }

 private:
  static constexpr Duration retry = 500ms;

  void be_estranged(NodeId from, port::Outbox& out);

  std::optional<ring::Ring> ring_;
  std::optional<ring::Ring> saving_;
  Instant asked_at_;
  Epoch asked_for_;
  std::set<NodeId> estranged_;
};

}  // namespace starling::topology
