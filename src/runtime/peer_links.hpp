#pragma once

#include <array>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/event_sink.hpp"
#include "runtime/listener.hpp"
#include "runtime/log.hpp"
#include "runtime/peer_link.hpp"
#include "runtime/peer_traffic.hpp"

namespace starling::runtime {

/// The peer port: one connection for each pair of nodes, both ways, whoever dialled it.
///
/// A link is dialled when there is something to send. What is sent meanwhile waits, within a bound;
/// when the dial fails it is dropped and PeerDisconnected told. From then on the node is dialled
/// again with a growing pause, since nobody sends to a node that is said to be out of reach.
///
/// When two nodes dial each other at once, both keep the connection that the smaller id dialled.
/// Frames on their way on the other one are still heard, so nothing is lost by it.
class PeerLinks final : public PeerLinkOwner {
 public:
  PeerLinks(Loop& loop, WriteQueue& queue, EventSink& sink, Log& log, wire::Hello ours);
  ~PeerLinks() override;

  Result<> listen(const Address& at);
  void introduce(NodeId node, const Address& address);
  /// Hellos name this cluster from now on; links to nodes of others are closed.
  void join(ClusterId cluster);
  void send(NodeId to, const wire::Message& message);
  void send(const Address& to, const wire::Message& message);
  /// Time-outs and dials that are due. To be called a few times per second.
  void tick();

  std::size_t links_up() const;
  const PeerTraffic& traffic() const { return traffic_; }

 private:
  struct Peer {
    Address address;
    PeerLink* link = nullptr;     ///< up
    PeerLink* dialled = nullptr;  ///< not up yet
    Bytes waiting;                ///< frames for the dialled link
    Duration pause{};             ///< before the next dial
    Instant next_dial;
    bool awaited = false;  ///< it did not want our dial: its own is on its way
    bool told_disconnected = false;
  };
  /// Whoever listens at an address; it becomes a Peer when its hello says who it is.
  struct Stranger {
    PeerLink* dialled = nullptr;
    Bytes waiting;
  };

  bool wants(PeerLink& link) override;
  void on_up(PeerLink& link) override;
  void on_message(PeerLink& link, wire::Message message) override;
  void on_refused(PeerLink& link, const Error& error) override;
  void on_link_lost(PeerLink& link, std::string_view why) override;

  void take_in(uv_stream_t* listener);
  PeerLink* dial(const Address& to);
  void dial(NodeId node, Peer& peer);
  void dial_failed(NodeId node, Peer& peer, bool unwanted);
  bool prefers(const PeerLink& candidate, const PeerLink& present) const;
  Bytes claim_waiting(PeerLink& link);
  void tell_disconnected(NodeId node, Peer& peer);
  void drop(PeerLink& link, std::string_view why);
  bool is_lost(const PeerLink& link) const;
  void bury();

  Loop& loop_;
  WriteQueue& queue_;
  EventSink& sink_;
  Log& log_;
  wire::Hello ours_;
  std::unique_ptr<Listener> listener_;
  std::unordered_map<NodeId, Peer> peers_;
  std::map<Address, Stranger> strangers_;
  std::vector<std::unique_ptr<PeerLink>> links_;
  std::map<std::pair<NodeId, std::array<std::uint8_t, 16>>, Instant> complaints_;  ///< when to log the next
  PeerTraffic traffic_;
  std::vector<PeerLink*> lost_;  ///< to be destroyed when none of their calls is under way
};

}  // namespace starling::runtime
