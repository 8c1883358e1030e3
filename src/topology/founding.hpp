#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "port/event.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "topology/founder.hpp"
#include "topology/founding_types.hpp"
#include "topology/participant.hpp"

namespace starling::topology {

/// How a cluster begins: by one explicit init, accepted by every founding member or by none. The
/// node that is asked is the founder; a node takes part in one founding at a time, and in none once
/// it belongs to a cluster. Owns the tickets of Room::topology except RingBook's.
class Founding {
 public:
  /// `cluster`: the one this node belongs to already, if any.
  Founding(FoundingConfig config, std::optional<ClusterRecord> cluster, Random random);
  Founding(const Founding&) = delete;
  Founding& operator=(const Founding&) = delete;

  /// Takes up a proposal that this node had voted for when it stopped (the bytes of its record).
  Result<void> resume(BytesView proposal_record, Instant now, port::Outbox& out);
  /// A cluster of this node only, without a client.
  void found_alone(Instant now, port::Outbox& out);
  void on_init(port::ClientToken client, const port::InitRequest& request, Instant now, port::Outbox& out);

  void on_message(NodeId from, const wire::FoundingProbe& probe, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingProbeReply& reply, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingPropose& proposal, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingVote& vote, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingQuery& query, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingDecision& decision, Instant now, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out);

  /// The cluster that a founding has just made this node a member of, once.
  std::optional<Founded> take_founded() { return std::exchange(founded_, std::nullopt); }
  /// Why this node is in no cluster yet, for an operator or client who is refused.
  std::string waiting_for() const;

 private:
  std::optional<Error> refusal_of_init() const;
  std::string refusal_of(const wire::FoundingPropose& proposal) const;
  void joined(std::optional<Founded> founded);

  FoundingConfig config_;
  Random random_;
  port::Tickets tickets_{port::Room::topology};
  std::optional<ClusterRecord> cluster_;
  std::optional<Founder> founder_;
  Participant participant_;
  std::optional<Founded> founded_;
};

}  // namespace starling::topology
