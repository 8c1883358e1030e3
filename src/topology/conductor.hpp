#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "port/event.hpp"
#include "port/outbox.hpp"
#include "port/peers.hpp"
#include "port/tickets.hpp"
#include "topology/change_outcome.hpp"
#include "topology/intent.hpp"
#include "topology/register.hpp"

namespace starling::topology {

struct ConductorConfig {
  Duration period = 500ms;      ///< between two looks, while there is something to do
  Duration report_again = 2s;   ///< what was reported and has not changed
  Duration takeover = 3s;       ///< for each that would come before us
  Duration gather = 1s;         ///< after a node has asked to join: others may come with it
  Duration listener_for = 10s;  ///< reports go to whoever has asked for them for so long
};

/// What this room is told with each event.
struct Situation {
  const port::View& view;
  wire::ChangeReport own;             ///< of this node's part of the change
  std::vector<ring::Member> joiners;  ///< they ask to join, and need no operator's word
};

/// Carries changes of the ring through their stages. Any member may: each proposes the next ring to the
/// register as soon as it knows that what the stage is for has been reached, the one with the smallest
/// id at once and the others a while later each, so that a change goes on whoever stops. Nothing of it
/// is remembered but the ring itself: what has been reached, everybody reports again.
///
/// - read_old ends when every newcomer reports that it holds what it is going to own, and so many of those who stay
///   where nobody comes (Ring::fetchers);
/// - read_new ends when so many owners of the old list of each partition that moves go by it that no read can
///   succeed without them any more ("seal"; R is a majority);
/// - a settled ring whose assignment is not as good as it could be is changed again.
class Conductor {
 public:
  Conductor(NodeId self, Register& votes, port::Tickets& tickets, ConductorConfig config = {})
      : config_(config), self_(self), votes_(votes), tickets_(tickets) {}

  /// The node goes by this ring now: the first one, or another.
  void on_ring(const Situation& now, port::Outbox& out);
  void on_report(NodeId from, const wire::ChangeReport& report, const Situation& now, port::Outbox& out);
  /// What it has told was of this life of it.
  void on_peer_lost(NodeId peer);
  void on_timer(port::Ticket ticket, const Situation& now, port::Outbox& out);
  /// There may be something to do: somebody asks to join, or this node's part has come further.
  void look(const Situation& now, port::Outbox& out);

  /// An operator's word. Its outcome comes by take_outcomes(), once the ring that begins it is decided, or it cannot
  /// be.
  void change(port::ClientToken client, Intent intent, Instant deadline, const Situation& now, port::Outbox& out);
  void abort(port::ClientToken client, Instant deadline, const Situation& now, port::Outbox& out);
  std::vector<ChangeOutcome> take_outcomes() { return std::exchange(outcomes_, {}); }

  /// What others have told of the change that is under way.
  const wire::ChangeReport* report_of(NodeId node, Epoch epoch) const;
  /// Whom the change, or one that is to begin, waits for.
  const std::set<NodeId>& awaited() const { return awaited_; }
  Instant since() const { return since_; }
  /// Somebody would like to know more: others are asked to report to us.
  void listen(const Situation& now, port::Outbox& out);

 private:
  struct Order {
    port::ClientToken client;
    bool abort{};
    Intent intent;
    Instant deadline;
    bool proposed{};
  };

  void judge(const Situation& now, port::Outbox& out);
  std::optional<ring::Ring> next_ring(const Situation& now);
  std::optional<ring::Ring> beginning(const Situation& now);
  std::optional<ring::Ring> begin_ordered(const Situation& now);
  bool newcomers_ready(const ring::Ring& begun, const Situation& now);
  bool newcomers_hold(const Situation& now);
  bool sealed(const Situation& now);
  bool our_turn(const Situation& now);
  bool at_least(NodeId node, Epoch epoch, const Situation& now) const;
  void report(const Situation& now, port::Outbox& out);
  void settle_orders(const Situation& now);
  bool busy(const Situation& now) const;
  void arm(const Situation& now, port::Outbox& out);

  ConductorConfig config_;
  NodeId self_;
  Register& votes_;
  port::Tickets& tickets_;
  std::optional<ring::Ring> ring_;  ///< the one before the present one, while on_ring() looks at it; then that
  Instant since_;
  bool unbalanced_{};
  std::optional<Instant> ready_since_;   ///< the next ring could be proposed
  std::optional<Instant> joiner_since_;  ///< somebody asks to join
  std::map<NodeId, wire::ChangeReport> reports_;
  std::map<NodeId, Instant> listeners_;
  std::set<NodeId> awaited_;
  std::vector<Order> orders_;
  std::vector<ChangeOutcome> outcomes_;
  std::optional<wire::ChangeReport> reported_;
  Instant report_again_;
  port::Ticket timer_;
  bool armed_{};
};

}  // namespace starling::topology
