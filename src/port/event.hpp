#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "port/client.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

/// The one contract between the core and the outside world. A driver (the runtime, or the
/// simulator) turns what happens into events, hands them to Node::step, and carries out the effects.
namespace starling::port {

/// Which room gets an answer or a timer back; the number is the room's own.
enum class Room : std::uint8_t { membership, topology, coordinator, replica, handoff, node, repair, change, transfer };
struct Ticket {
  Room room{};
  std::uint64_t number{};
  friend constexpr auto operator<=>(const Ticket&, const Ticket&) = default;
};

/// Names a client's request, chosen by the driver, unique while it is under way.
using ClientToken = Id<struct ClientTokenTag>;

struct MessageArrived {
  NodeId from;
  wire::Message message;
};
/// Raw: the core decodes, so that the simulator's corruption meets the same code.
struct DatagramArrived {
  Address from;
  Bytes bytes;
};
struct TimerElapsed {
  Ticket ticket;
};
struct StorageAnswered {
  Ticket ticket;
  Result<storage::Answer> answer;
};
struct ClientAsked {
  ClientToken token;
  ClientRequest request;
  WallTime wall;
};
/// A connection that can carry messages to `node`: its hello was accepted.
struct PeerConnected {
  NodeId node;
  Address address;
};
/// A connection broke or could not be made: what was sent on it may or may not have arrived.
struct PeerDisconnected {
  NodeId node;
};
/// The configured seeds, resolved (again).
struct SeedsResolved {
  std::vector<Address> seeds;
};
/// The operator or the service manager wants the node to stop: say goodbye, refuse new work.
struct StopAsked {};

using Event = std::variant<MessageArrived, DatagramArrived, TimerElapsed, StorageAnswered, ClientAsked, PeerConnected,
                           PeerDisconnected, SeedsResolved, StopAsked>;

}  // namespace starling::port
