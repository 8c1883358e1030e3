#pragma once

#include <cstddef>

#include "membership/view.hpp"
#include "port/outbox.hpp"

namespace starling::membership {

/// One datagram to be.
struct Letter {
  Address to;
  NodeId reader;  ///< zero: whoever listens there
  wire::Datagram::Body body;
  /// A reply to an address that we do not know is no larger than what it answers, so that nobody
  /// can aim us at a stranger.
  std::size_t bytes_max{wire::datagram_bytes_max};
};

/// Composes datagrams: the message, then as many updates as fit (SWIM §4.1), in this order:
///
/// 1. what we hold against the reader, so that it can refute at once (Lifeguard §IV-C, the buddy
///    system; here for every datagram, and for the dead too);
/// 2. ourselves, where the reader may not know us;
/// 3. news, those passed on least first.
class Courier {
 public:
  Courier(const Profile& profile, View& view) : multiplier_(profile.retransmit_multiplier), view_(view) {}

  void join(ClusterId cluster) { cluster_ = cluster; }
  void set_epoch(Epoch epoch) { epoch_ = epoch; }
  ClusterId cluster() const { return cluster_; }
  Epoch epoch() const { return epoch_; }

  /// Nothing is sent if the bare message is over the bound, or if it is gossip and there is none.
  void send(const Letter& letter, port::Outbox& out);
  /// Without any update: to another cluster.
  void send_bare(const Letter& letter, port::Outbox& out);

 private:
  wire::Datagram envelope(const Letter& letter) const;
  void add_updates(const Letter& letter, std::size_t room, std::vector<wire::MemberUpdate>& updates);

  std::uint32_t multiplier_;
  View& view_;
  ClusterId cluster_;
  Epoch epoch_;
};

}  // namespace starling::membership
