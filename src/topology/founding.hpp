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
#include "topology/joiner.hpp"
#include "topology/participant.hpp"

namespace starling::topology {

/// How a node comes into a cluster. A cluster begins by one explicit init, accepted by every founding member or by
/// none; the node that is asked is the founder. Or a node asks to be taken into one that there is. It takes
/// part in one founding at a time, and in none once it belongs to a cluster or is about to keep the
/// welcome to one. Owns the tickets of Room::topology except RingBook's.
class Founding {
 public:
  /// `cluster`: the one this node belongs to already, if any.
  Founding(FoundingConfig config, std::optional<ClusterRecord> cluster, Random random);
  Founding(const Founding&) = delete;
  Founding& operator=(const Founding&) = delete;

  /// Takes up a proposal that this node had voted for when it stopped (the bytes of its record).
  Result<void> resume(BytesView proposal_record, Instant now, port::Outbox& out);
  /// Follows an invitation that this node had received when it stopped (likewise).
  Result<void> resume_joining(BytesView invitation_record, Instant now, port::Outbox& out) {
    return joiner_.resume(invitation_record, now, out);
  }
  /// A cluster of this node only, without a client.
  void found_alone(Instant now, port::Outbox& out);
  void on_init(port::ClientToken client, const port::InitRequest& request, Instant now, port::Outbox& out);
  /// Asks there to be taken in, until it is. `at_once`: without an operator's word, which is not for a node that has
  /// left and was started again. Of such a node the caller learns from the ring that it is in again, and says
  /// stop_asking().
  void ask_to_join(std::vector<Address> seeds, bool at_once, Instant now, port::Outbox& out);
  void stop_asking() { joiner_.stop(); }
  /// The names of the seeds lead there now.
  void on_seeds(std::vector<Address> seeds) { joiner_.on_seeds(std::move(seeds)); }

  void on_message(NodeId from, const wire::FoundingProbe& probe, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingProbeReply& reply, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingPropose& proposal, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingVote& vote, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingQuery& query, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::FoundingDecision& decision, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::JoinInvite& invite, Instant now, port::Outbox& out);
  /// A node that has a ring takes that of the welcome as any other (RingBook).
  void on_message(NodeId from, const wire::JoinWelcome& welcome, Instant now, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out);

  /// The cluster that a founding or a welcome has just made this node a member of, once.
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
  Joiner joiner_;
  std::optional<Founded> founded_;
};

}  // namespace starling::topology
