#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"

namespace starling::topology {

/// This node's vote on the ring of one epoch. It promises not to take part in proposals below a ballot,
/// and accepts a ring unless it has promised a higher one. Each yes is durable before it is said, also
/// when it is said again, so a crash takes back nothing. Paxos Made Simple §2.2; P1a there.
///
/// A directory that was rolled back has forgotten votes. They are in doubt then, durably: the acceptor says
/// nothing until it has been restored to what it may have said, as others know it.
class Acceptor {
 public:
  /// Under this name storage keeps the vote.
  static constexpr const char* record_name = "register";

  struct Reply {
    NodeId to;
    std::variant<wire::PaxosPromise, wire::PaxosAccepted> answer;
  };

  explicit Acceptor(port::Tickets& tickets) : tickets_(tickets) {}

  /// After a start: the vote as it was saved; no bytes for none.
  Result<> resume(BytesView record);
  /// From now on it votes on this epoch. A vote on an earlier one is forgotten, with what was to be said of it.
  void vote_on(Epoch epoch);

  /// The caller has made sure that these are of the epoch that is voted on, and that the ring may
  /// follow. A refusal comes at once, a yes by on_stored().
  std::optional<Reply> on_prepare(NodeId from, const wire::PaxosPrepare& message, port::Outbox& out);
  std::optional<Reply> on_accept(NodeId from, const wire::PaxosAccept& message, port::Outbox& out);
  /// What may be said now. Nothing where it could not be saved: whoever asked will ask again.
  std::optional<Reply> on_stored(port::Ticket ticket, const Result<storage::Answer>& answer);

  const wire::Ballot& promised() const { return vote_.promised; }

  void doubt(port::Outbox& out);
  bool in_doubt() const { return in_doubt_; }
  /// `vote` is at least what it may have promised, and has what it may have accepted.
  void restore(wire::PaxosPromise vote);

 private:
  struct Saving {
    port::Ticket ticket;
    Reply reply;
  };

  void save(Reply reply, port::Outbox& out);

  port::Tickets& tickets_;
  wire::PaxosPromise vote_;  ///< what a promise says is all that there is to a vote
  std::vector<Saving> saving_;
  bool in_doubt_{};
};

}  // namespace starling::topology
