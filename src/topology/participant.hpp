#pragma once

#include <optional>

#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "topology/founding_types.hpp"

namespace starling::topology {

/// A founding member's side of the two-phase commit: keeps the one proposal that it has accepted,
/// durably before it votes yes, and from then on is bound until it learns the decision. It
/// believes "committed" from anybody, since only a committed member says so, and "aborted" only
/// from the founder, since everybody who knows nothing says so.
class Participant {
 public:
  Participant(const FoundingConfig& config, port::Tickets& tickets) : config_(config), tickets_(tickets) {}

  /// After a start: takes up the proposal that was pending when the node stopped.
  void resume(wire::FoundingPropose proposal, Instant now, port::Outbox& out);

  void on_propose(NodeId from, const wire::FoundingPropose& proposal, port::Outbox& out);
  void on_decision(NodeId from, const wire::FoundingDecision& decision, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  /// The cluster, once, when the decision to commit is durable here.
  std::optional<Founded> on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                                   port::Outbox& out);

  /// The founding that this node waits for.
  const wire::FoundingPropose* pending() const { return stage_ == Stage::free ? nullptr : &proposal_; }
  ClusterId cluster() const { return ring_ ? ring_->cluster() : ClusterId{}; }

 private:
  enum class Stage : std::uint8_t { free, storing, voted, deciding };

  Result<ring::Ring> examine(NodeId from, const wire::FoundingPropose& proposal) const;
  ClusterRecord record() const;
  void introduce_members(port::Outbox& out) const;
  void ask(port::Outbox& out) const;
  void arm(Instant now, port::Outbox& out);
  void forget();

  const FoundingConfig& config_;
  port::Tickets& tickets_;
  Stage stage_{Stage::free};
  wire::FoundingPropose proposal_;
  std::optional<ring::Ring> ring_;
  port::Ticket timer_;
  port::Ticket save_;
  Duration period_{};
};

}  // namespace starling::topology
