#pragma once

#include <optional>
#include <vector>

#include "base/random.hpp"
#include "transfer/arrivals.hpp"
#include "transfer/config.hpp"
#include "transfer/heir.hpp"
#include "transfer/leftovers.hpp"
#include "transfer/source.hpp"

namespace starling::transfer {

/// How the rows of a partition get from one node to another when the ring gives it to somebody else: newcomers fetch
/// it (Arrivals), those who have it give it (Source), former owners offer what is left and drop it when it is
/// everybody's (Leftovers), and who owns it now says what it lacks of that (Heir). What it lacks is fetched by repair,
/// as any other gap.
class Transfer {
 public:
  /// `random`: so that nobody takes an answer to an earlier life of this node for one to this.
  Transfer(Config config, NodeId self, Random random);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// `next` is to be saved when leftovers().has_room() for it: what must be gone before it is taken goes now.
  void make_room(const ring::Ring& next, const View& view, port::Outbox& out);
  /// The node goes by this ring now; also once after a start, when there is one.
  void on_ring(const View& view, port::Outbox& out);
  void on_connected(NodeId peer, const View& view, port::Outbox& out);
  void on_peer_lost(NodeId peer);
  void on_timer(port::Ticket ticket, const View& view, port::Outbox& out);
  void on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out);

  void on_message(NodeId from, wire::PullRequest pull, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::LeftoverOffer offer, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::LeftoverReply& reply, const View& view, port::Outbox& out);
  /// Replies to others' pulls are ignored; the rows of its own it takes.
  void on_message(NodeId from, wire::PullReply& reply, const View& view, port::Outbox& out);

  /// These partitions have lost something: what is under way rests on what we held before, and is given up.
  void start_over(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out);
  /// What a former owner has and we do not. Told once.
  std::optional<Heir::Lacking> take_lacking() { return heir_.take_lacking(); }
  /// This node is a stranger here who would like to come back.
  void forgo_grace() { leftovers_.forgo_grace(); }

  const Arrivals& arrivals() const { return arrivals_; }
  const Leftovers& leftovers() const { return leftovers_; }
  /// Of rows that others have pulled, and one of them of one partition.
  std::uint64_t bytes_sent() const { return source_.bytes_sent(); }
  std::uint64_t bytes_sent(Share share) const { return source_.bytes_sent(share); }

 private:
  Step step(const View& view, port::Outbox& out);
  /// Begins what can be begun, and arms the timer.
  void go_on(Step& step);

  Config config_;
  NodeId self_;
  port::Tickets tickets_{port::Room::transfer};
  std::uint64_t last_request_;
  Arrivals arrivals_;
  Leftovers leftovers_;
  Source source_{leftovers_};
  Heir heir_;
  port::Ticket timer_;
  std::optional<Instant> armed_for_;
};

}  // namespace starling::transfer
