#pragma once

#include <map>
#include <optional>
#include <set>

#include "base/random.hpp"
#include "repair/look.hpp"

namespace starling::repair {

/// When we look at whom. Of two nodes the one with the smaller id begins, twice per interval; the
/// other one does only where it has not heard of it for a whole interval, or has a reason of its own.
class Looks {
 public:
  Looks(NodeId self, Random random) : self_(self), random_(random) {}

  /// Everybody who shares a partition with us, as the ring now says.
  void set_peers(const std::vector<NodeId>& peers, Step& step);
  void on_connected(NodeId peer, Step& step);
  void on_peer_lost(NodeId peer);
  /// The other side has looked.
  void on_heard(NodeId peer, Step& step);
  /// Something has been found or done there: look once more when it has settled.
  void again(NodeId peer, Step& step) { at_latest(peer, step.view.now + step.config.settle); }
  void at_latest(NodeId peer, Instant at);

  std::optional<Instant> due() const;
  void on_timer(Step& step);
  bool on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Step& step);
  std::optional<Comparison> on_views(NodeId from, const wire::RepairViews& views, Step& step);

 private:
  struct Peer {
    Look look;
    Instant next;
  };

  bool leads(NodeId peer) const { return self_ < peer; }
  Instant next_after(NodeId peer, const Step& step) const;

  NodeId self_;
  Random random_;
  std::map<NodeId, Peer> peers_;
};

}  // namespace starling::repair
