#pragma once

#include <map>
#include <set>
#include <vector>

#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"

namespace starling::node {

/// After a start: are our actors still ours to issue under? A directory that was copied, restored
/// or rolled back has forgotten dots that other replicas have seen, and would issue them again. So
/// each replica of our partitions, and each node that may keep a write for one of them, is asked
/// whether it has seen more than we have issued. An actor that somebody knows better, or that not
/// everybody has confirmed in time, is put in doubt, durably, and the next put mints a new one.
/// (riak_kv #679, #1094, #1643.)
class ActorCheck {
 public:
  ActorCheck(NodeId self, Duration patience, port::Tickets& tickets)
      : self_(self), patience_(patience), tickets_(tickets) {}

  void start(Instant now, port::Outbox& out);
  /// Others may hold our partitions now, and who held them may be gone: they are asked instead, within the same time.
  void on_ring(port::Outbox& out);
  /// All of them, whatever the others say: somebody knows a later life of this directory.
  void doubt_all(const ring::Ring& ring, port::Outbox& out);
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, const ring::Ring& ring, Instant now,
                 port::Outbox& out);
  void on_reply(NodeId from, const wire::ActorCheckReply& reply, port::Outbox& out);
  void on_connected(NodeId node, port::Outbox& out);
  void on_timer(port::Ticket ticket, Instant now, port::Outbox& out);

  /// Somebody knows more of what this directory has done than the directory does.
  bool rolled_back() const { return rolled_back_; }
  /// Every actor is either confirmed or durably in doubt.
  bool done() const { return stage_ == Stage::done; }

 private:
  enum class Stage : std::uint8_t { idle, listing, asking, doubting, done };
  /// A neighbour that has not answered yet, and the actors of the partitions that we share.
  using Waiting = std::map<NodeId, wire::ActorCheck>;

  void divide(const std::vector<storage::ActorClaim>& claims, const ring::Ring& ring);
  void store(port::Outbox& out);
  void ask_all(Instant now, port::Outbox& out);
  void conclude(port::Outbox& out);
  void arm(Instant at, port::Outbox& out);

  NodeId self_;
  Duration patience_;
  port::Tickets& tickets_;
  Stage stage_{Stage::idle};
  Waiting waiting_;
  wire::RequestId question_;  ///< the last one; answers to earlier ones may be about less
  std::set<PartitionId> doubted_;
  bool rolled_back_{};
  port::Ticket storing_;
  port::Ticket timer_;
  Instant deadline_;
};

/// The other side: looks up for a neighbour that has just started whether we know its actors better.
class ActorWitness {
 public:
  explicit ActorWitness(port::Tickets& tickets) : tickets_(tickets) {}

  void on_message(NodeId from, const wire::ActorCheck& check, const ring::Ring& ring, port::Outbox& out);
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, port::Outbox& out);

 private:
  struct Question {
    port::Ticket looking_up;
    wire::RequestId request;
  };

  port::Tickets& tickets_;
  std::map<NodeId, Question> asked_;  ///< the last question of each
};

}  // namespace starling::node
