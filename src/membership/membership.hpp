#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "membership/config.hpp"
#include "port/outbox.hpp"
#include "port/peers.hpp"

namespace starling::membership {

/// Who is in the cluster and who can be reached: SWIM (Das, Gupta, Motivala, DSN 2002) with
/// Lifeguard (Dadgar, Phillips, Currey, arXiv 1707.00788), as one room of the node.
///
/// Until start() it knows no cluster and neither sends nor answers anything.
class Membership final : public port::Peers {
 public:
  /// `self` says who we are: node, generation and nonce of this boot, name, zone, weight, addresses.
  Membership(Profile profile, wire::MemberUpdate self, Random random);
  ~Membership() override;

  /// We belong to `cluster`. `known`: what the durable book (members() of an earlier life) and the
  /// ring say of others; those without a gossip record have generation 0 and at least an address.
  void start(ClusterId cluster, Epoch epoch, std::vector<wire::MemberUpdate> known, Instant now, port::Outbox& out);
  /// Tells everybody that we go. We still answer until the node stops.
  void leave(Instant now, port::Outbox& out);
  /// True once the word of our leaving has been passed on often enough, or nobody is there to hear it.
  bool departed() const;

  void on_datagram(Address from, BytesView bytes, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::StreamPing& ping, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::StreamAck& ack, Instant now, port::Outbox& out);
  void on_message(NodeId from, const wire::PushPull& state, Instant now, port::Outbox& out);
  void on_timer(std::uint64_t number, Instant now, port::Outbox& out);
  void on_connected(NodeId node);
  void on_disconnected(NodeId node);
  void on_seeds(std::vector<Address> seeds, Instant now, port::Outbox& out);

  /// Our ring's epoch: gossip carries it, so that whoever is behind learns so.
  void set_epoch(Epoch epoch);
  struct EpochHeard {
    Epoch epoch;
    NodeId from;
  };
  /// The highest epoch above our own that anybody has mentioned, and who: fetch the ring there.
  std::optional<EpochHeard> newer_epoch() const;

  bool reachable(NodeId node) const override;

  const wire::MemberUpdate& self() const;
  /// Nothing for a node we never heard of.
  const wire::MemberUpdate* find(NodeId node) const;
  /// Everybody, ourselves included, sorted by id. Also the book: save it when book_version() has
  /// changed (record "peers"), give it to start() after the next boot.
  std::vector<wire::MemberUpdate> members() const;
  std::uint64_t book_version() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace starling::membership
