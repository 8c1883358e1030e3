#include "sim/network.hpp"

#include "base/ensure.hpp"
#include "wire/codec.hpp"

namespace starling::sim {

namespace {

constexpr Duration look_again = 50ms;

}  // namespace

HostIndex Network::attach(Endpoint& endpoint) {
  desks_.push_back({.endpoint = &endpoint, .introduced = {}, .routes = {}, .dialled = {}});
  return desks_.size() - 1;
}

Duration Network::delay() {
  Duration delay =
      weather_.delay_min + Duration(random_.below(1 + static_cast<std::uint64_t>(weather_.delay_spread.count())));
  if (random_.chance(weather_.late_per_mille, 1000))
    delay += Duration(random_.below(1 + static_cast<std::uint64_t>(weather_.late_max.count())));
  return delay;
}

Duration Network::delay(HostIndex from, HostIndex to) { return delay() + links_.slowness(from, to); }

std::optional<HostIndex> Network::listener(Address address) const {
  for (HostIndex host = 0; host < desks_.size(); ++host)
    if (desks_[host].endpoint->up() && desks_[host].endpoint->hello().peer == address) return host;
  return std::nullopt;
}

void Network::send_datagram(HostIndex from, Address to, Bytes bytes) {
  ++counts_.datagrams;
  counts_.bytes += bytes.size();
  if (random_.chance(weather_.loss_per_mille, 1000)) return;
  if (random_.chance(weather_.corrupt_per_mille, 1000)) damage(bytes);
  const Address source = desks_[from].endpoint->hello().peer;
  const auto host = listener(to);
  const int copies = random_.chance(weather_.twice_per_mille, 1000) ? 2 : 1;
  for (int i = 0; i < copies; ++i)
    agenda_.after(host ? delay(from, *host) : delay(),
                  [this, from, source, to, bytes] { arrive(from, source, to, bytes); });
}

void Network::arrive(HostIndex from, Address source, Address to, const Bytes& bytes) {
  const auto host = listener(to);
  if (!host || links_.blocked(from, *host)) return;
  if (links_.clogged(from, *host))
    return agenda_.after(look_again, [this, from, source, to, bytes] { arrive(from, source, to, bytes); });
  desks_[*host].endpoint->receive(port::DatagramArrived{source, bytes});
}

/// As a bad cable or a bad memory would: a few bits are turned over, or the end is missing.
void Network::damage(Bytes& bytes) {
  if (random_.chance(1, 4)) bytes.resize(random_.below(bytes.size() + 1));
  if (bytes.empty()) return;
  for (std::uint64_t flips = 1 + random_.below(3); flips > 0; --flips)
    bytes[random_.below(bytes.size())] ^= static_cast<char>(1U << random_.below(8));
}

void Network::send(HostIndex from, NodeId to, const wire::Message& message) {
  Desk& desk = desks_[from];
  auto route = desk.routes.find(to);
  if (route == desk.routes.end()) {
    auto address = desk.introduced.find(to);
    if (address == desk.introduced.end()) {
      return tell(from, port::PeerDisconnected{to});
    }
    route = desk.routes.emplace(to, dial(from, address->second, to)).first;
  }
  enqueue(route->second, from, message);
}

void Network::send(HostIndex from, Address to, const wire::Message& message) {
  auto [dialled, fresh] = desks_[from].dialled.try_emplace(to);
  if (fresh) dialled->second = dial(from, to, NodeId{});
  enqueue(dialled->second, from, message);
}

void Network::introduce(HostIndex host, NodeId node, Address address) {
  Desk& desk = desks_[host];
  desk.introduced[node] = address;
  auto route = desk.routes.find(node);
  if (route == desk.routes.end()) return;
  const Connection& connection = connections_.at(route->second);
  const Side& other = connection.sides[connection.sides[0].host == host ? 1 : 0];
  if (other.address != address) close_both(route->second);
}

Network::ConnectionId Network::dial(HostIndex from, Address to, NodeId expected) {
  const ConnectionId id = ++last_connection_;
  Connection& connection = connections_[id];
  connection.sides[0].host = from;
  connection.sides[1].address = to;
  connection.sides[1].open = false;
  connection.expected = expected;
  agenda_.after(delay(), [this, id, since = agenda_.now()] { answer_dial(id, since); });
  return id;
}

/// The call reaches the other end, is refused there, or waits for a partition to heal.
void Network::answer_dial(ConnectionId id, Instant since) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const HostIndex caller = connection.sides[0].host;
  const auto callee = listener(connection.sides[1].address);
  if (!callee || *callee == caller) return close(id, 0);
  if (links_.blocked(caller, *callee) || links_.blocked(*callee, caller)) {
    if (agenda_.now() - since > weather_.give_up) return close(id, 0);
    return agenda_.after(look_again, [this, id, since] { answer_dial(id, since); });
  }
  if (links_.clogged(caller, *callee) || links_.clogged(*callee, caller))
    return agenda_.after(look_again, [this, id, since = agenda_.now()] { answer_dial(id, since); });
  exchange_hellos(id, *callee);
}

void Network::exchange_hellos(ConnectionId id, HostIndex callee) {
  Connection& connection = connections_.at(id);
  const wire::Hello ours = desks_[connection.sides[0].host].endpoint->hello();
  const wire::Hello theirs = desks_[callee].endpoint->hello();
  const bool stranger = connection.expected && connection.expected != theirs.node;
  if (stranger || !wire::check(ours, theirs)) return close(id, 0);
  connection.sides[1].host = callee;
  connection.sides[1].open = true;
  establish(id, theirs, ours);
}

void Network::establish(ConnectionId id, const wire::Hello& theirs, const wire::Hello& ours) {
  Connection& connection = connections_.at(id);
  connection.established = true;
  connection.sides[0].node = ours.node;
  connection.sides[0].address = ours.peer;
  connection.sides[1].node = theirs.node;
  const HostIndex caller = connection.sides[0].host;
  const HostIndex callee = connection.sides[1].host;
  close_widowed(caller, theirs.node);
  close_widowed(callee, ours.node);
  // Where both dialled each other, each keeps to the connection it had first, so that order is kept.
  desks_[caller].routes.try_emplace(theirs.node, id);
  desks_[callee].routes.try_emplace(ours.node, id);
  pump_later(id, 0, agenda_.now());
  tell(callee, port::PeerConnected{ours.node, ours.peer});
  tell(caller, port::PeerConnected{theirs.node, theirs.peer});
}

/// A route whose other end is gone is to an earlier life of the node: who has come anew is answered on the new one.
void Network::close_widowed(HostIndex host, NodeId peer) {
  const auto route = desks_[host].routes.find(peer);
  if (route == desks_[host].routes.end()) return;
  const ConnectionId id = route->second;
  const Connection& connection = connections_.at(id);
  const int ours = connection.sides[0].host == host ? 0 : 1;
  if (connection.established && !connection.sides[1 - ours].open) close(id, ours);
}

void Network::enqueue(ConnectionId id, HostIndex from, const wire::Message& message) {
  Connection& connection = connections_.at(id);
  const int lane = connection.sides[0].host == from ? 0 : 1;
  Packet packet;
  wire::encode(message, packet.bytes);
  ++counts_.messages;
  counts_.bytes += packet.bytes.size();
  packet.due = agenda_.now() + (connection.established ? delay(from, connection.sides[1 - lane].host) : delay());
  auto& packets = connection.lanes[lane].packets;
  if (!packets.empty()) packet.due = std::max(packet.due, packets.back().due);
  packets.push_back(std::move(packet));
  if (connection.established) pump_later(id, lane, packets.front().due);
}

void Network::pump_later(ConnectionId id, int lane, Instant at) {
  Lane& way = connections_.at(id).lanes[lane];
  if (way.pumping) return;
  way.pumping = true;
  agenda_.at(at, [this, id, lane] { pump(id, lane); });
}

/// Delivers the first packet of a lane, or finds that the way is blocked, or that it has ended.
void Network::pump(ConnectionId id, int lane) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  Lane& way = connection.lanes[lane];
  const int receiver = 1 - lane;
  way.pumping = false;
  if (!connection.sides[receiver].open) return;
  const HostIndex from = connection.sides[lane].host;
  const HostIndex to = connection.sides[receiver].host;
  if (links_.clogged(from, to)) return pump_later(id, lane, agenda_.now() + look_again);
  if (links_.blocked(from, to)) {
    if (!way.stalled_since) way.stalled_since = agenda_.now();
    if (agenda_.now() - *way.stalled_since > weather_.give_up) return close_both(id);
    return pump_later(id, lane, agenda_.now() + look_again);
  }
  way.stalled_since.reset();
  if (way.packets.empty()) {
    if (way.ended) close(id, receiver);
    return;
  }
  if (way.packets.front().due > agenda_.now()) return pump_later(id, lane, way.packets.front().due);
  const Bytes bytes = std::move(way.packets.front().bytes);
  way.packets.pop_front();
  if (!way.packets.empty() || way.ended)
    pump_later(id, lane, way.packets.empty() ? agenda_.now() : way.packets.front().due);
  deliver(connection, lane, bytes);
}

void Network::deliver(Connection& connection, int lane, const Bytes& bytes) {
  auto message = wire::decode_message(bytes);
  ensure(message.has_value(), "a message does not survive its own encoding");
  const HostIndex to = connection.sides[1 - lane].host;
  desks_[to].endpoint->receive(port::MessageArrived{connection.sides[lane].node, std::move(*message)});
}

void Network::close(ConnectionId id, int side) {
  Connection& connection = connections_.at(id);
  if (!connection.sides[side].open) return;
  connection.sides[side].open = false;
  const HostIndex host = connection.sides[side].host;
  Desk& desk = desks_[host];
  const Side& other = connection.sides[1 - side];
  const NodeId peer = other.node ? other.node : connection.expected;
  std::erase_if(desk.dialled, [&](const auto& entry) { return entry.second == id; });
  auto route = desk.routes.find(peer);
  const bool was_route = route != desk.routes.end() && route->second == id;
  if (was_route) desk.routes.erase(route);
  remove_if_closed(id);
  if (was_route) tell(host, port::PeerDisconnected{peer});
}

void Network::close_both(ConnectionId id) {
  close(id, 0);
  if (connections_.contains(id)) close(id, 1);
}

void Network::remove_if_closed(ConnectionId id) {
  const Connection& connection = connections_.at(id);
  if (!connection.sides[0].open && !connection.sides[1].open) connections_.erase(id);
}

/// At once, but never from within a step of the one that is told.
void Network::tell(HostIndex host, port::Event event) {
  agenda_.after(0ns, [this, host, event = std::move(event)] {
    if (desks_[host].endpoint->up()) desks_[host].endpoint->receive(event);
  });
}

void Network::break_connections(HostIndex host) {
  std::vector<ConnectionId> broken;
  for (const auto& [id, connection] : connections_)
    for (const Side& side : connection.sides)
      if (side.open && side.host == host) broken.push_back(id);
  for (ConnectionId id : broken)
    if (connections_.contains(id)) close_both(id);
}

void Network::on_down(HostIndex host) {
  std::vector<std::pair<ConnectionId, int>> mine;
  for (const auto& [id, connection] : connections_)
    for (int side : {0, 1})
      if (connection.sides[side].open && connection.sides[side].host == host) mine.emplace_back(id, side);
  for (const auto& [id, side] : mine) {
    Connection& connection = connections_.at(id);
    Lane& way = connection.lanes[side];
    way.ended = true;
    if (random_.chance(1, 2)) way.packets.clear();  // the kernel may or may not have sent what was written
    close(id, side);
    if (connections_.contains(id)) pump_later(id, side, agenda_.now() + delay());
  }
  desks_[host] = {.endpoint = desks_[host].endpoint, .introduced = {}, .routes = {}, .dialled = {}};
}

}  // namespace starling::sim
