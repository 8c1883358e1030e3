#pragma once

#include <variant>
#include <vector>

#include "port/event.hpp"
#include "port/notice.hpp"

namespace starling::port {

/// To a member by its id, over its stream. The driver knows the address from Introduce, or has
/// a connection which that member opened. A message that cannot be sent is dropped, and
/// PeerDisconnected told. Messages to one node stay in order.
struct SendMessage {
  NodeId to;
  wire::Message message;
};
/// To whoever listens at an address (a seed, a founding member whose id is not known yet).
struct SendToAddress {
  Address to;
  wire::Message message;
};
struct SendDatagram {
  Address to;
  Bytes bytes;
};
/// From now on `node` is reached at `address`; an open connection to another address is closed.
struct Introduce {
  NodeId node;
  Address address;
};
/// TimerElapsed comes at or after `at`. None is cancelled: whoever gets a stale one ignores it.
struct ArmTimer {
  Ticket ticket;
  Instant at;
};
struct Store {
  Ticket ticket;
  storage::Command command;
};
struct AnswerClient {
  ClientToken token;
  ClientReply reply;
};
/// Peer connections made from now on say they belong to this cluster.
struct JoinedCluster {
  ClusterId cluster;
};
/// The node can serve (told once).
struct BecameReady {};
/// The node must stop: its work is done (exit 0) or it must not go on (the sentence says why).
struct Halt {
  bool failed{};
  std::string why;
};

using Effect = std::variant<SendMessage, SendToAddress, SendDatagram, Introduce, ArmTimer, Store, AnswerClient,
                            JoinedCluster, BecameReady, Halt, Notice>;

/// Where a step leaves its effects, in order. The driver drains it after each step.
class Outbox {
 public:
  void send(NodeId to, wire::Message message) { add(SendMessage{to, std::move(message)}); }
  void send(Address to, wire::Message message) { add(SendToAddress{to, std::move(message)}); }
  void send_datagram(Address to, Bytes bytes) { add(SendDatagram{to, std::move(bytes)}); }
  void arm(Ticket ticket, Instant at) { add(ArmTimer{ticket, at}); }
  void store(Ticket ticket, storage::Command command) { add(Store{ticket, std::move(command)}); }
  void answer(ClientToken token, ClientReply reply) { add(AnswerClient{token, std::move(reply)}); }
  void notice(NoticeKind kind, Severity severity = Severity::count, NodeId about = {}, std::string detail = {}) {
    add(Notice{kind, severity, about, std::move(detail)});
  }
  void add(Effect effect) { effects_.push_back(std::move(effect)); }

  std::vector<Effect>& effects() { return effects_; }
  /// Forgets what was drained, keeps the memory.
  void clear() { effects_.clear(); }

 private:
  std::vector<Effect> effects_;
};

}  // namespace starling::port
