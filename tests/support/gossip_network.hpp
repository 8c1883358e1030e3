#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "membership/membership.hpp"

namespace starling::test {

/// Membership objects of one cluster on a simulated network: one queue of events, one seed, no clock.
/// Node i has id i + 1, listens at 10.0.x.y, and keeps its book over a restart.
class GossipNetwork {
 public:
  struct Weather {
    Duration delay_min = 200us;
    Duration delay_max = 2ms;
    std::uint64_t loss_percent = 0;
    std::uint64_t duplicate_percent = 0;
  };
  struct Told {
    std::size_t teller;
    Instant at;
    port::Notice notice;
  };

  GossipNetwork(std::uint64_t seed, membership::Profile profile) : random_(seed), profile_(profile) {}

  Weather weather;
  /// Whether a datagram or a connection from one node to another gets through.
  std::function<bool(std::size_t from, std::size_t to)> passes = [](std::size_t, std::size_t) { return true; };
  /// Likewise for datagrams alone, and for streams alone.
  std::function<bool(std::size_t from, std::size_t to)> datagram_passes = [](std::size_t, std::size_t) { return true; };
  std::function<bool(std::size_t from, std::size_t to)> stream_passes = [](std::size_t, std::size_t) { return true; };
  /// Sees every datagram on its way.
  std::function<void(std::size_t from, const Address& to, const Bytes& bytes)> watch;

  /// Nodes 0 .. count−1 start now; each knows the first as its seed and nobody else.
  void start(std::size_t count);
  /// One more node, with these seeds.
  std::size_t add(std::vector<std::size_t> seeds);
  void crash(std::size_t node);
  /// A later life of a crashed node. It remembers its book, unless `wiped_book`.
  void restart(std::size_t node, bool wiped_book = false);
  /// Its next life listens elsewhere.
  void move(std::size_t node);
  void leave(std::size_t node);
  /// From now on, and over restarts, nobody has seeds: they find each other by what they know.
  void forget_seeds();
  /// The process does not run for so long; what arrives waits.
  void stall(std::size_t node, Duration length);
  /// Two sides that do not hear each other: the nodes below `first_right`, and the others.
  void split(std::size_t first_right);
  void heal();

  void run_for(Duration length);
  /// How long it took until `done()`, looked at every 10 ms; nothing if it took longer than `limit`.
  std::optional<Duration> run_until(const std::function<bool()>& done, Duration limit);

  std::size_t size() const { return nodes_.size(); }
  bool is_up(std::size_t node) const { return nodes_[node].room != nullptr; }
  membership::Membership& at(std::size_t node) { return *nodes_[node].room; }
  static NodeId id(std::size_t node) { return NodeId{node + 1}; }
  Address address(std::size_t node) const { return nodes_[node].self.peer; }
  std::optional<wire::MemberState> view(std::size_t viewer, std::size_t of) const;
  /// Every node that is up holds `of` to be `state`.
  bool all_see(std::size_t of, wire::MemberState state) const;
  /// Every node that is up sees those that are up alive.
  bool is_whole() const;

  Instant now() const { return now_; }
  const std::vector<Told>& told() const { return told_; }
  std::size_t count(port::NoticeKind kind) const;
  std::size_t count(port::NoticeKind kind, std::size_t teller) const;
  /// Notices of `kind` about nodes that were up when it was told.
  std::size_t false_ones(port::NoticeKind kind) const;
  std::uint64_t datagrams() const { return datagrams_; }
  bool halted(std::size_t node) const { return nodes_[node].halted; }

  /// A datagram from nowhere.
  void inject(std::size_t to, Address from, Bytes bytes);
  static constexpr ClusterId cluster{77};

 private:
  struct DatagramDue {
    Address from;
    Bytes bytes;
  };
  struct MessageDue {
    std::size_t from;
    wire::Message message;
  };
  struct TimerDue {
    std::uint64_t number;
  };
  struct LinkDue {
    NodeId peer;
    bool up;
  };
  struct Due {
    std::size_t node;
    std::uint64_t life;
    std::variant<DatagramDue, MessageDue, TimerDue, LinkDue> what;
  };
  struct Process {
    wire::MemberUpdate self;
    std::unique_ptr<membership::Membership> room;
    std::uint64_t life{};
    std::vector<wire::MemberUpdate> book;
    std::vector<Address> seeds;
    std::map<NodeId, Address> addresses;
    Instant stalled_until{};
    bool halted{};
  };

  void boot(std::size_t node);
  void handle(const Due& due);
  void drain(std::size_t node, port::Outbox& out);
  void send_datagram(std::size_t from, const port::SendDatagram& datagram);
  void send_message(std::size_t from, std::optional<std::size_t> to, NodeId peer, const wire::Message& message);
  std::optional<std::size_t> listener(const Address& address) const;
  void schedule(Instant at, Due due) { queue_.emplace(std::pair(at, ++sequence_), std::move(due)); }
  Duration delay();

  Random random_;
  membership::Profile profile_;
  std::vector<Process> nodes_;
  std::map<Address, std::size_t> listeners_;
  std::map<std::pair<Instant, std::uint64_t>, Due> queue_;
  std::uint64_t sequence_{};
  std::uint64_t datagrams_{};
  Instant now_{};
  std::vector<Told> told_;
  std::vector<bool> told_of_living_;
};

}  // namespace starling::test
