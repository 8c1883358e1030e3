#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/random.hpp"
#include "membership/config.hpp"
#include "membership/courier.hpp"
#include "membership/outreach.hpp"
#include "membership/probe.hpp"
#include "membership/push_pull.hpp"
#include "membership/relay.hpp"
#include "membership/schedule.hpp"
#include "membership/stranger.hpp"
#include "membership/view.hpp"
#include "port/outbox.hpp"
#include "port/peers.hpp"

namespace starling::membership {

/// Who is in the cluster and who can be reached: SWIM (Das, Gupta, Motivala, DSN 2002) with
/// Lifeguard (Dadgar, Phillips, Currey, arXiv 1707.00788), as one room of the node. This class hands
/// what arrives to the part that knows; each idea has its own file.
///
/// Until start() it knows no cluster and neither sends nor answers anything.
class Membership final : public port::Peers {
 public:
  /// `self` says who we are: node, generation and nonce of this boot, name, zone, weight, addresses.
  Membership(Profile profile, wire::MemberUpdate self, Random random);
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  /// We belong to `cluster`. `known`: what the durable book (members() of an earlier life) and the
  /// ring say of others; those without a gossip record have generation 0 and at least an address.
  void start(ClusterId cluster, Epoch epoch, std::vector<wire::MemberUpdate> known, Instant now, port::Outbox& out);
  /// Tells each that we know of who and where we are. Gossip would, but it passes some by until the next exchange of
  /// states, and whoever shares a ring with us is to send us requests at once.
  void introduce_ourselves(port::Outbox& out) const;
  /// Tells everybody that we go. We still answer until the node stops.
  void leave(Instant now, port::Outbox& out);
  /// True once the word of our leaving has been passed on often enough, or nobody is there to hear it.
  bool departed() const;

  void on_datagram(Address from, BytesView bytes, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::StreamPing& ping, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::StreamAck& ack, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::PushPull& state, Instant now, port::Outbox& out);
  void on_timer(std::uint64_t number, Instant now, port::Outbox& out);
  /// A broken connection makes its member unreachable until it is back; we keep knocking.
  void on_connected(NodeId node) { broken_.erase(node); }
  void on_disconnected(NodeId node) { broken_.insert(node); }
  /// The configured seeds, as they resolve now: those nobody lives at are tried at once, and for ever.
  void on_seeds(std::vector<Address> seeds, Instant now, port::Outbox& out);

  /// Our ring's epoch: gossip carries it, so that whoever is behind learns so.
  void set_epoch(Epoch epoch) { courier_.set_epoch(epoch); }
  struct EpochHeard {
    Epoch epoch;
    NodeId from;
  };
  /// The highest epoch above our own that anybody has mentioned, and who did last: fetch the ring there.
  std::optional<EpochHeard> newer_epoch() const;

  bool reachable(NodeId node) const override;

  const wire::MemberUpdate& self() const { return view_.self().statement(); }
  /// Nothing for a node we never heard of.
  const wire::MemberUpdate* find(NodeId node) const { return view_.find(node); }
  /// Everybody, ourselves included, sorted by id. Also the book: save it when book_version() has
  /// changed (record "peers"), give it to start() after the next boot.
  std::vector<wire::MemberUpdate> members() const;
  std::uint64_t book_version() const { return view_.book_version(); }
  /// Lifeguard's multiplier, 0 (healthy) to 8.
  std::int32_t health() const { return view_.health().score(); }

 private:
  struct Sender {
    Address address;
    NodeId node;
    std::size_t reply_bytes_max{};
  };
  Sender sender_of(Address from, const wire::Datagram& datagram, std::size_t bytes) const;
  void on_body(const Sender& sender, const wire::Datagram::Body& body, Instant now, port::Outbox& out);
  /// True if the member has come to life for us.
  bool hear(const wire::MemberUpdate& said, Instant now, port::Outbox& out);
  /// One who speaks as a member from where that member is not may be a copy of its directory that
  /// nobody else would ever tell of the other: gossip goes to the address that we know.
  void confront(const Sender& sender, Instant now, port::Outbox& out);
  void hear_epoch(NodeId from, Epoch epoch);

  bool is_started() const { return bool(courier_.cluster()); }
  void do_what_is_due(Instant now, port::Outbox& out);
  void judge(Instant now, port::Outbox& out);
  void probe(Instant now, port::Outbox& out);
  void gossip(Instant now, port::Outbox& out);
  void reach_out(Instant now, port::Outbox& out);
  /// A ping whose point is what it carries, not its answer.
  void tell(Address to, NodeId node, port::Outbox& out);
  void exchange_state(Instant now, port::Outbox& out);
  wire::PushPull our_state(bool reply_wanted = true) const;
  Instant next_gossip() const;
  void rearm(Instant now, port::Outbox& out);

  Profile profile_;
  Random random_;
  View view_;
  Courier courier_;
  Prober prober_;
  Relays relays_;
  Outreach outreach_;
  PushPullRounds push_pulls_;
  Strangers strangers_;
  Schedule schedule_;
  Instant last_gossip_{};
  Instant next_confrontation_{};
  std::set<NodeId> broken_;
  EpochHeard highest_epoch_;
};

}  // namespace starling::membership
