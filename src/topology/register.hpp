#pragma once

#include <optional>

#include "base/random.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"
#include "topology/acceptor.hpp"
#include "topology/proposer.hpp"

namespace starling::topology {

/// A register that is written once for each epoch: the ring that follows the present one. Its voters decide by
/// single-decree Paxos, so two rings of one epoch cannot exist, whoever proposes, crashes or is cut off. Any member
/// may propose; nobody leads. Lamport, Paxos Made Simple; that each set of members decides on its
/// successor is Lamport, Malkhi, Zhou, Vertical Paxos.
///
/// Whoever is behind is told the ring it has missed; who decides here, tells nobody: the caller saves the decided
/// ring, goes by it, and spreads it.
class Register {
 public:
  Register(NodeId self, Random random, port::Tickets& tickets)
      : self_(self), acceptor_(tickets), proposer_(self, random, tickets, acceptor_) {}
  Register(const Register&) = delete;
  Register& operator=(const Register&) = delete;

  /// After a start, before on_ring(): the bytes saved as Acceptor::record_name, none if there are none.
  Result<> resume(BytesView record) { return acceptor_.resume(record); }
  /// This node goes by `ring` now, durably: its epoch is decided, the next one is voted on.
  void on_ring(const ring::Ring& ring);

  /// `next` may follow the present ring. Not while a proposal of ours is under way.
  void propose(const ring::Ring& next, Instant now, port::Outbox& out);
  /// Another node may have accepted the ring all the same, and it may yet be decided.
  void abandon() { proposer_.abandon(); }
  bool proposing() const { return proposer_.proposing(); }
  /// This directory has forgotten some of what it has done, perhaps votes too. From now on, also after a crash, it
  /// votes only when enough of the other voters have told what it may have said.
  void doubt_votes(port::Outbox& out);
  /// The ring that a majority has accepted, once; perhaps another one than ours.
  std::optional<ring::Ring> take_decided() { return proposer_.take_decided(); }

  void on_message(NodeId from, const wire::PaxosPrepare& message, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::PaxosPromise& message, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::PaxosAccept& message, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::PaxosAccepted& message, Instant now, port::Outbox& out);
  /// Answers and timers of others are passed over.
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out) { proposer_.on_timer(ticket, now, out); }

 private:
  bool voted_on(NodeId from, Epoch epoch, Instant now, port::Outbox& out);
  bool may_follow(NodeId from, BytesView ring, port::Outbox& out) const;
  void pass_on(std::optional<Acceptor::Reply> reply, Instant now, port::Outbox& out);

  NodeId self_;
  std::optional<ring::Ring> ring_;
  Acceptor acceptor_;
  Proposer proposer_;
};

}  // namespace starling::topology
