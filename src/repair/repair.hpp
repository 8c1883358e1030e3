#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "repair/backoff.hpp"
#include "repair/config.hpp"
#include "repair/descent.hpp"
#include "repair/exchange.hpp"
#include "repair/gaps.hpp"
#include "repair/hint_flows.hpp"
#include "repair/looks.hpp"
#include "repair/peer_views.hpp"
#include "repair/reaper.hpp"
#include "repair/responder.hpp"
#include "repair/scrub.hpp"
#include "repair/status.hpp"
#include "repair/trees.hpp"
#include "transfer/transfer.hpp"

namespace starling::repair {

/// Anti-entropy: replicas that compare themselves with each other, fetch what they have missed, and
/// let tombstones go that everybody has received. Dynamo §4.7; Gonçalves et al. 2015.
///
/// Two things are compared for every partition that two nodes share. `seen` says which writes one
/// has received and the other has not: those are pulled. The Merkle tree finds what `seen` cannot:
/// rows that were lost, or are older than what is said of them. Both are acted upon only after two
/// looks. All that is done is a join of two states of a key, so that doing it too early, twice or
/// halfway is never wrong; nothing here issues a dot.
class Repair {
 public:
  /// `transfer`: knows which partitions are still on their way to us.
  Repair(Config config, NodeId self, const transfer::Transfer& transfer, Random random);
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  /// Once, when there is a ring.
  void start(const View& view, port::Outbox& out);
  /// The node goes by another ring.
  void on_ring(const View& view, port::Outbox& out);
  void on_connected(NodeId peer, const View& view, port::Outbox& out);
  void on_peer_lost(NodeId peer);
  /// It has missed something of which there is no hint.
  void on_hint_refused(NodeId peer, const View& view, port::Outbox& out);
  /// A former owner has what we do not.
  void on_lacking(transfer::Heir::Lacking lacking, const View& view, port::Outbox& out);
  void on_timer(port::Ticket ticket, const View& view, port::Outbox& out);
  void on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out);

  template <class Request>
    requires requires(Responder& responder, Request request, Step& step) {
      responder.on_message(NodeId{}, std::move(request), step);
    }
  void on_message(NodeId from, Request request, const View& view, port::Outbox& out) {
    Step now = step(view, out);
    responder_.on_message(from, std::move(request), now);
  }
  void on_message(NodeId from, wire::RepairMarks marks, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::RepairViews& views, const View& view, port::Outbox& out);
  /// Of hints that it has for us: what they bring need not be pulled.
  void on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::SumsReply reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, wire::DigestsReply reply, const View& view, port::Outbox& out);
  /// Replies to others' pulls, reads and merges are ignored.
  void on_message(NodeId from, wire::PullReply& reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::ReadReply& reply, const View& view, port::Outbox& out);
  void on_message(NodeId from, const wire::MergeReply& reply, const View& view, port::Outbox& out);

  /// Looks at once at all that own one of these partitions too; none: of all partitions.
  void repair_now(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out);
  /// Partitions in which damaged rows were met. Told once.
  std::vector<PartitionId> take_damaged();
  /// These have lost something: with whom we had caught up does not count any more, and what is under way is given up.
  /// In the same step in which storage is told (storage::Recover).
  void start_over(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out);
  /// With how many other replicas we have been found to lack nothing, in this life.
  std::size_t caught_up(PartitionId partition, const View& view) const {
    return views_.caught_up(view.ring, self_, partition);
  }
  /// Grows whenever that does, for any partition.
  std::uint64_t progress() const { return views_.progress(); }
  Status status(const View& view) const;

 private:
  Step step(const View& view, port::Outbox& out);
  void heed(NodeId peer, Comparison comparison, Step& step);
  void heed(NodeId peer, Comparison::Difference difference, Step& step);
  void heed(Responder::Agreed agreed, Step& step);
  void heed(Gaps::Result gaps, Step& step);
  /// At a first look: the second is to be then.
  void note_gap(Share share, causal::Seen theirs, Instant second_look);
  void heed(transfer::Pull::Progress progress, Step& step);
  void take_views(NodeId from, const wire::RepairViews& views, Step& step);
  void heed_descent(Step& step);
  void keep_up(const storage::SurveyAnswer& ours, Step& step);
  void do_what_is_due(Step& step);
  void account(Share share, Exchange::Traffic traffic);
  void begin_next(Step& step);
  void look_again_when_built(Step& step);
  /// Begins what can be begun, and arms the timer.
  void go_on(Step& step);

  Config config_;
  NodeId self_;
  const transfer::Transfer& transfer_;
  port::Tickets tickets_{port::Room::repair};
  std::uint64_t last_request_;
  PeerViews views_;
  Looks looks_;
  Gaps gaps_;
  std::map<Share, causal::Seen> to_pull_;
  transfer::Pull pull_;
  Backoff backoff_;
  HintFlows hints_;
  std::set<Share> to_descend_;
  Descent descent_;
  Exchange exchange_;
  Pace pace_;
  Trees trees_;
  Scrub scrub_;
  bool asked_while_building_{};  ///< to compare everything
  std::vector<PartitionId> damaged_;
  Reaper reaper_;
  Responder responder_;
  Instant next_survey_;
  std::optional<port::Ticket> surveying_;
  port::Ticket timer_;
  std::optional<Instant> armed_for_;
};

}  // namespace starling::repair
