#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"
#include "topology/acceptor.hpp"

namespace starling::topology {

/// Brings the voters of a ring to agree on the one after it: phase 1 asks a majority for its promises and for what
/// it has accepted, phase 2 asks it to accept the ring of the highest ballot among that, or ours where there is
/// none. Who is refused starts again with a higher ballot, after a random while that doubles, so that of two who
/// outbid each other one gets through. It never gives up by itself. Paxos Made Simple §2.2 to §2.4.
///
/// Our own acceptor promises first, before anybody else is asked: its record keeps a ballot from being used for two
/// rings, before a crash and after it.
///
/// Where our own votes are in doubt, they are recollected before anything else, by a phase 1 among the other voters.
/// What a majority with our vote in it has accepted, so many of them know that no half of the others can miss it; and
/// what these have promised us keeps everything lower from being accepted from now on.
class Proposer {
 public:
  Proposer(NodeId self, Random random, port::Tickets& tickets, Acceptor& own)
      : self_(self), random_(random), tickets_(tickets), own_(own) {}

  /// `next` may follow `present`. Not while another proposal is under way.
  void propose(const ring::Ring& present, const ring::Ring& next, Instant now, port::Outbox& out);
  /// Only recollects our own votes, and proposes what they turn out to be.
  void recollect(const ring::Ring& present, Instant now, port::Outbox& out);
  void abandon() { stage_ = Stage::idle; }
  bool proposing() const { return stage_ != Stage::idle; }

  void on_promise(NodeId from, const wire::PaxosPromise& promise, Instant now, port::Outbox& out);
  void on_accepted(NodeId from, const wire::PaxosAccepted& accepted, Instant now, port::Outbox& out);
  bool on_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  /// The ring that a majority has accepted, once; perhaps another one than ours.
  std::optional<ring::Ring> take_decided() { return std::exchange(decided_, std::nullopt); }

 private:
  enum class Stage : std::uint8_t { idle, recollecting, claiming, preparing, accepting, outbid };

  static constexpr Duration resend_period = 500ms;
  static constexpr Duration outbid_pause = 100ms;
  static constexpr Duration outbid_pause_max = 5s;

  void start(const ring::Ring& present, Bytes ring, Instant now, port::Outbox& out);
  void start_recollecting(Instant now, port::Outbox& out);
  void start_ballot(Instant now, port::Outbox& out);
  void enter(Stage stage, Instant now, port::Outbox& out);
  void ask(Instant now, port::Outbox& out);
  void ask_others(const wire::Message& message, port::Outbox& out) const;
  void on_own_reply(const std::optional<Acceptor::Reply>& reply, Instant now, port::Outbox& out);
  void be_outbid(const wire::Ballot& by, Instant now, port::Outbox& out);
  bool count(NodeId voter);
  void on_recollected(Instant now, port::Outbox& out);
  void arm(Duration after, Instant now, port::Outbox& out);

  NodeId self_;
  Random random_;
  port::Tickets& tickets_;
  Acceptor& own_;

  Stage stage_{Stage::idle};
  Epoch epoch_;
  std::vector<NodeId> voters_;
  wire::Ballot ballot_;
  std::uint64_t round_{};         ///< the highest that we have heard of
  Bytes ring_;                    ///< what is to be accepted: ours, if there is one, or ...
  wire::Ballot ring_ballot_;      ///< ... what somebody has accepted under this ballot
  std::set<NodeId> heard_;        ///< voters that have said yes in this stage
  Duration pause_{outbid_pause};  ///< at most so long after the next refusal
  port::Ticket timer_;
  std::optional<ring::Ring> decided_;
};

}  // namespace starling::topology
