#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "port/event.hpp"
#include "sim/agenda.hpp"
#include "sim/links.hpp"
#include "wire/frame.hpp"

namespace starling::sim {

/// What the network sees of a host.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// A process listens there.
  virtual bool up() const = 0;
  virtual wire::Hello hello() const = 0;
  virtual void receive(port::Event event) = 0;
};

/// Datagrams that are lost, doubled, damaged and overtaken; streams that keep their order, stall while
/// a partition lasts, and break when it lasts too long or an end dies. Tells the ends what the
/// runtime would tell them. Every message passes through its encoding.
class Network {
 public:
  Network(Agenda& agenda, Random random) : agenda_(agenda), random_(random) {}

  HostIndex attach(Endpoint& endpoint);
  /// Its process died: its connections break, what it had learned is forgotten.
  void on_down(HostIndex host);

  void send_datagram(HostIndex from, Address to, Bytes bytes);
  void send(HostIndex from, NodeId to, const wire::Message& message);
  void send(HostIndex from, Address to, const wire::Message& message);
  void introduce(HostIndex host, NodeId node, Address address);

  /// Every connection of this host breaks, and what is under way on it is lost.
  void break_connections(HostIndex host);

  Links& links() { return links_; }
  Weather& weather() { return weather_; }

  struct Counts {
    std::uint64_t datagrams{};
    std::uint64_t messages{};
    std::uint64_t bytes{};
  };
  const Counts& counts() const { return counts_; }

 private:
  using ConnectionId = std::uint64_t;
  struct Packet {
    Instant due;
    Bytes bytes;
  };
  /// One way of a connection. `ended`: the sender died; what is still under way arrives, then the end.
  struct Lane {
    std::deque<Packet> packets;
    bool pumping{};
    bool ended{};
    std::optional<Instant> stalled_since;
  };
  struct Side {
    HostIndex host{};
    NodeId node;      ///< zero until the hellos are exchanged
    Address address;  ///< where it listens
    bool open{true};  ///< it still takes part
  };
  struct Connection {
    Side sides[2];  ///< 0 dialled
    NodeId expected;
    bool established{};
    Lane lanes[2];  ///< lanes[i]: from sides[i] to the other
  };
  struct Desk {
    Endpoint* endpoint{};
    std::map<NodeId, Address> introduced;
    std::map<NodeId, ConnectionId> routes;
    std::map<Address, ConnectionId> dialled;
  };

  ConnectionId dial(HostIndex from, Address to, NodeId expected);
  void answer_dial(ConnectionId id, Instant since);
  void exchange_hellos(ConnectionId id, HostIndex callee);
  void establish(ConnectionId id, const wire::Hello& theirs, const wire::Hello& ours);
  void close_widowed(HostIndex host, NodeId peer);
  void enqueue(ConnectionId id, HostIndex from, const wire::Message& message);
  void pump_later(ConnectionId id, int lane, Instant at);
  void pump(ConnectionId id, int lane);
  void deliver(Connection& connection, int lane, const Bytes& bytes);
  /// The side no longer has this connection, and is told.
  void close(ConnectionId id, int side);
  void close_both(ConnectionId id);
  void remove_if_closed(ConnectionId id);
  void tell(HostIndex host, port::Event event);
  std::optional<HostIndex> listener(Address address) const;
  void arrive(HostIndex from, Address source, Address to, const Bytes& bytes);
  void damage(Bytes& bytes);
  Duration delay(HostIndex from, HostIndex to);
  Duration delay();

  Agenda& agenda_;
  Random random_;
  Weather weather_;
  Links links_;
  std::vector<Desk> desks_;
  std::map<ConnectionId, Connection> connections_;
  ConnectionId last_connection_{};
  Counts counts_;
};

}  // namespace starling::sim
