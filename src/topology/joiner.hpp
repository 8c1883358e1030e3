#pragma once

#include <optional>
#include <string>
#include <vector>

#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "topology/founding_types.hpp"

namespace starling::topology {

/// A node that would like to be a member asks at its seeds, at whoever has invited it, and at some of the members that
/// it is told of, once per second, until it is welcomed with a ring that has it. That makes it a member as soon as it
/// is durable: first the cluster, then the ring, as with a founding. A node that was a member and is none any more asks
/// in the same way, and finds the newer ring like everybody else (RingBook). Where the seeds and members are may change
/// while it asks.
///
/// An invitation is durable before it is followed: the ring may have this node as soon as it has asked, and then nobody
/// would invite it again, though it were stopped before its welcome arrived.
class Joiner {
 public:
  Joiner(const FoundingConfig& config, port::Tickets& tickets) : config_(config), tickets_(tickets) {}

  /// `at_once`: without waiting for an operator's word.
  void ask(std::vector<Address> seeds, bool at_once, Instant now, port::Outbox& out);
  void stop();
  /// If it asks, then there from now on.
  void on_seeds(std::vector<Address> seeds) { seeds_ = std::move(seeds); }
  /// It has asked and is not in yet.
  bool asking() const { return stage_ == Stage::asking; }
  /// The cluster whose welcome it is about to keep: it is too late for any other.
  const ring::Ring* welcomed() const { return ring_ ? &*ring_ : nullptr; }

  /// An operator has named us at that node, so what we ask there needs no further word.
  void on_invite(NodeId from, wire::JoinInvite invite, Instant now, port::Outbox& out);
  /// It was invited in an earlier life (the bytes of its record).
  Result<void> resume(BytesView invitation_record, Instant now, port::Outbox& out);
  void on_welcome(NodeId from, const wire::JoinWelcome& welcome, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  /// The cluster, once, when it is durable that we are in it.
  std::optional<Founded> on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                                   port::Outbox& out);

  /// What an operator can do while it asks.
  std::string waiting_for() const;

 private:
  enum class Stage : std::uint8_t { idle, asking, storing };

  struct Invitation {
    NodeId from;
    wire::JoinInvite invite;
  };

  void learn(const std::vector<wire::FoundingPropose::Contact>& contacts);
  void follow(Invitation invitation, Instant now, port::Outbox& out);
  std::vector<Address> next_members();
  void ask_everybody(Instant now, port::Outbox& out);
  void arm(Instant now, port::Outbox& out);

  const FoundingConfig& config_;
  port::Tickets& tickets_;
  Stage stage_{Stage::idle};
  std::vector<Address> seeds_;
  std::vector<NodeId> inviters_;
  std::vector<Address> members_;  ///< as members say; those that come next are asked first
  bool at_once_{};
  port::Ticket timer_;
  port::Ticket save_;
  std::optional<Invitation> invitation_;  ///< being saved
  port::Ticket invitation_save_;
  ClusterRecord cluster_;
  std::optional<ring::Ring> ring_;
};

}  // namespace starling::topology
