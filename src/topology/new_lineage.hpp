#pragma once

#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "port/event.hpp"
#include "port/outbox.hpp"
#include "port/peers.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"
#include "topology/change_outcome.hpp"

namespace starling::topology {

/// Begins a new lineage of rings (ring/lineage.hpp) when a majority of the members is gone for good, so that the
/// register can decide nothing. An operator says at a member that is left which ones are gone; that member makes
/// the ring of the others, asks all of them, and goes by it, durably, once every one has agreed. That decides it; the
/// others are told as of any ring.
///
/// - It is refused while a majority of the voters can be reached: then they decide. So it is if somebody who is named
/// can be
///   reached by anybody who is asked, and if somebody is neither named nor agrees.
/// - At most one new lineage comes out of it among those who are left, whoever asks: who has an attempt of its own
/// under way agrees to
///   no other. Of two attempts that were both decided each would have had the word of the other's beginner, given
///   before that one began; both cannot be.
/// - Nothing is remembered of it but the ring. Should the beginner stop before it goes by the ring, nothing has
///   happened; after that, whoever hears of it goes by it. If it is gone for good then, it has to be named itself.
/// - Where operators name each other's half as gone, there are two lineages. They never merge (ring::descends()).
class NewLineage {
 public:
  NewLineage(NodeId self, Random random, port::Tickets& tickets) : self_(self), random_(random), tickets_(tickets) {}

  /// The ring that would begin it, or why none may.
  Result<ring::Ring> forecast(std::span<const NodeId> gone, const port::View& view);
  /// An operator's word. Its outcome comes by take_outcome().
  void begin(port::ClientToken client, std::span<const NodeId> gone, Instant deadline, const port::View& view,
             port::Outbox& out);

  void on_message(NodeId from, const wire::LineageAsk& ask, const port::View& view, port::Outbox& out) const;
  void on_message(NodeId from, const wire::LineageReply& reply);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  /// The node goes by another ring, perhaps ours.
  void on_ring(const ring::Ring& before, const ring::Ring& ring);

  /// A ring that everybody has agreed to, once: it is to be saved, and then gone by.
  std::optional<ring::Ring> take_decided();
  /// It could not be.
  void give_up(Error why);

  std::optional<ChangeOutcome> take_outcome() { return std::exchange(outcome_, std::nullopt); }

 private:
  static constexpr Duration ask_period = 500ms;

  struct Attempt {
    port::ClientToken client;
    wire::RequestId request;
    Epoch base;  ///< of the ring that everybody has to go by
    ring::Ring ring;
    std::set<NodeId> silent;  ///< those who have not agreed yet
    Instant deadline;
    bool decided{};
  };

  void ask(Instant now, port::Outbox& out);
  void end(Result<ChangeBegun> result);

  NodeId self_;
  Random random_;
  port::Tickets& tickets_;
  std::optional<Attempt> attempt_;
  std::optional<ChangeOutcome> outcome_;
  port::Ticket timer_;
};

}  // namespace starling::topology
