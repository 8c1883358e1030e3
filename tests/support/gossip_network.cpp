#include "support/gossip_network.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "membership/precedence.hpp"

namespace starling::test {

using membership::Membership;

namespace {

Address address_of(std::size_t node, std::uint16_t port) {
  Address address{.ip = {}, .port = port};
  address.ip[10] = address.ip[11] = 0xff;
  address.ip[12] = 10;
  address.ip[14] = static_cast<std::uint8_t>(node / 250);
  address.ip[15] = static_cast<std::uint8_t>(node % 250 + 1);
  return address;
}

}  // namespace

void GossipNetwork::start(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) add({0});
}

std::size_t GossipNetwork::add(std::vector<std::size_t> seeds) {
  const std::size_t node = nodes_.size();
  Process process;
  process.self.node = id(node);
  process.self.name = "node-" + std::to_string(node);
  process.self.zone = "zone-" + std::to_string(node % 3);
  process.self.peer = address_of(node, 4702);
  process.self.client = address_of(node, 4701);
  for (const std::size_t seed : seeds) process.seeds.push_back(address_of(seed, 4702));
  nodes_.push_back(std::move(process));
  listeners_[nodes_[node].self.peer] = node;
  boot(node);
  return node;
}

void GossipNetwork::boot(std::size_t node) {
  Process& process = nodes_[node];
  ++process.life;
  process.self.generation = Generation{process.self.generation.value + 1};
  process.self.nonce = random_.nonzero();
  process.halted = false;
  process.stalled_until = {};
  process.room = std::make_unique<Membership>(profile_, process.self, random_.fork());
  port::Outbox out;
  process.room->on_seeds(process.seeds, now_, out);
  process.room->start(cluster, Epoch{1}, process.book, now_, out);
  drain(node, out);
}

void GossipNetwork::crash(std::size_t node) {
  Process& process = nodes_[node];
  process.book = process.room->members();
  process.room.reset();
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    if (is_up(peer) && peer != node && passes(node, peer))
      schedule(now_ + delay(), {.node = peer, .life = nodes_[peer].life, .what = LinkDue{id(node), false}});
}

void GossipNetwork::restart(std::size_t node, bool wiped_book) {
  ensure(!is_up(node), "only a node that is down restarts");
  if (wiped_book) nodes_[node].book.clear();
  boot(node);
}

void GossipNetwork::move(std::size_t node) {
  ensure(!is_up(node), "only a node that is down moves");
  auto& self = nodes_[node].self;
  listeners_.erase(self.peer);
  ++self.peer.port;
  listeners_[self.peer] = node;
}

void GossipNetwork::leave(std::size_t node) {
  port::Outbox out;
  at(node).leave(now_, out);
  drain(node, out);
}

void GossipNetwork::forget_seeds() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    nodes_[node].seeds.clear();
    port::Outbox out;
    if (is_up(node)) at(node).on_seeds({}, now_, out);
    drain(node, out);
  }
}

void GossipNetwork::stall(std::size_t node, Duration length) { nodes_[node].stalled_until = now_ + length; }

void GossipNetwork::split(std::size_t first_right) {
  passes = [first_right](std::size_t from, std::size_t to) { return (from < first_right) == (to < first_right); };
}

void GossipNetwork::heal() {
  passes = [](std::size_t, std::size_t) { return true; };
}

void GossipNetwork::run_for(Duration length) {
  const Instant end = now_ + length;
  while (!queue_.empty() && queue_.begin()->first.first <= end) {
    auto next = queue_.extract(queue_.begin());
    now_ = std::max(now_, next.key().first);
    handle(next.mapped());
  }
  now_ = end;
}

std::optional<Duration> GossipNetwork::run_until(const std::function<bool()>& done, Duration limit) {
  const Instant begin = now_;
  while (!done()) {
    if (now_ - begin > limit) return std::nullopt;
    run_for(10ms);
  }
  return now_ - begin;
}

void GossipNetwork::handle(const Due& due) {
  Process& process = nodes_[due.node];
  if (!process.room || process.life != due.life) return;
  if (process.stalled_until > now_) {
    // A loop that wakes runs its timers before it reads its sockets: the worse order for a verdict.
    const bool is_timer = std::holds_alternative<TimerDue>(due.what);
    return schedule(process.stalled_until + (is_timer ? 0ns : 1ns), due);
  }
  port::Outbox out;
  if (const auto* datagram = std::get_if<DatagramDue>(&due.what)) {
    process.room->on_datagram(datagram->from, datagram->bytes, now_, out);
  } else if (const auto* arrived = std::get_if<MessageDue>(&due.what)) {
    const NodeId from = id(arrived->from);
    if (const auto* ping = std::get_if<wire::StreamPing>(&arrived->message))
      process.room->on_message(from, *ping, now_, out);
    if (const auto* ack = std::get_if<wire::StreamAck>(&arrived->message))
      process.room->on_message(from, *ack, now_, out);
    if (const auto* state = std::get_if<wire::PushPull>(&arrived->message))
      process.room->on_message(from, *state, now_, out);
  } else if (const auto* timer = std::get_if<TimerDue>(&due.what)) {
    process.room->on_timer(timer->number, now_, out);
  } else if (const auto& link = std::get<LinkDue>(due.what); link.up) {
    process.room->on_connected(link.peer);
  } else {
    process.room->on_disconnected(link.peer);
  }
  drain(due.node, out);
}

void GossipNetwork::drain(std::size_t node, port::Outbox& out) {
  for (const auto& effect : out.effects()) {
    if (const auto* datagram = std::get_if<port::SendDatagram>(&effect)) {
      send_datagram(node, *datagram);
    } else if (const auto* sent = std::get_if<port::SendMessage>(&effect)) {
      const auto known = nodes_[node].addresses.find(sent->to);
      // Without an introduction there may still be the connection that the peer opened.
      const auto to = known == nodes_[node].addresses.end()
                          ? std::optional(static_cast<std::size_t>(sent->to.value - 1))
                          : listener(known->second);
      send_message(node, to, sent->to, sent->message);
    } else if (const auto* aimed = std::get_if<port::SendToAddress>(&effect)) {
      send_message(node, listener(aimed->to), NodeId{}, aimed->message);
    } else if (const auto* timer = std::get_if<port::ArmTimer>(&effect)) {
      schedule(timer->at, {.node = node, .life = nodes_[node].life, .what = TimerDue{timer->ticket.number}});
    } else if (const auto* introduced = std::get_if<port::Introduce>(&effect)) {
      nodes_[node].addresses[introduced->node] = introduced->address;
    } else if (const auto* notice = std::get_if<port::Notice>(&effect)) {
      told_.push_back({node, now_, *notice});
      const std::size_t about = notice->about ? static_cast<std::size_t>(notice->about.value - 1) : node;
      told_of_living_.push_back(about < nodes_.size() && is_up(about));
    } else if (std::holds_alternative<port::Halt>(effect)) {
      nodes_[node].halted = true;
    }
  }
}

void GossipNetwork::send_datagram(std::size_t from, const port::SendDatagram& datagram) {
  ++datagrams_;
  if (watch) watch(from, datagram.to, datagram.bytes);
  const auto to = listener(datagram.to);
  if (!to || !passes(from, *to) || !datagram_passes(from, *to)) return;
  const int copies = random_.chance(weather.duplicate_percent, 100) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy)
    if (!random_.chance(weather.loss_percent, 100))
      schedule(now_ + delay(),
               {.node = *to, .life = nodes_[*to].life, .what = DatagramDue{nodes_[from].self.peer, datagram.bytes}});
}

void GossipNetwork::send_message(std::size_t from, std::optional<std::size_t> to, NodeId peer,
                                 const wire::Message& message) {
  const std::uint64_t our_life = nodes_[from].life;
  const bool arrives = to && is_up(*to) && passes(from, *to) && passes(*to, from) && stream_passes(from, *to) &&
                       stream_passes(*to, from);
  if (!arrives) {
    if (peer) schedule(now_ + delay(), {.node = from, .life = our_life, .what = LinkDue{peer, false}});
    return;
  }
  schedule(now_ + delay(), {.node = from, .life = our_life, .what = LinkDue{id(*to), true}});
  schedule(now_ + delay(), {.node = *to, .life = nodes_[*to].life, .what = MessageDue{from, message}});
}

std::optional<std::size_t> GossipNetwork::listener(const Address& address) const {
  const auto found = listeners_.find(address);
  return found == listeners_.end() ? std::nullopt : std::optional(found->second);
}

void GossipNetwork::inject(std::size_t to, Address from, Bytes bytes) {
  schedule(now_ + delay(), {.node = to, .life = nodes_[to].life, .what = DatagramDue{from, std::move(bytes)}});
}

Duration GossipNetwork::delay() {
  const auto span = static_cast<std::uint64_t>((weather.delay_max - weather.delay_min).count());
  return weather.delay_min + Duration(random_.below(span + 1));
}

std::optional<wire::MemberState> GossipNetwork::view(std::size_t viewer, std::size_t of) const {
  const auto* member = nodes_[viewer].room->find(id(of));
  return member ? std::optional(member->state) : std::nullopt;
}

bool GossipNetwork::all_see(std::size_t of, wire::MemberState state) const {
  for (std::size_t viewer = 0; viewer < nodes_.size(); ++viewer)
    if (viewer != of && is_up(viewer) && view(viewer, of) != state) return false;
  return true;
}

bool GossipNetwork::is_whole() const {
  for (std::size_t of = 0; of < nodes_.size(); ++of)
    if (is_up(of) && !all_see(of, wire::MemberState::alive)) return false;
  return true;
}

std::size_t GossipNetwork::count(port::NoticeKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(told_.begin(), told_.end(), [&](const Told& told) { return told.notice.kind == kind; }));
}

std::size_t GossipNetwork::count(port::NoticeKind kind, std::size_t teller) const {
  return static_cast<std::size_t>(std::count_if(
      told_.begin(), told_.end(), [&](const Told& told) { return told.notice.kind == kind && told.teller == teller; }));
}

std::size_t GossipNetwork::false_ones(port::NoticeKind kind) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < told_.size(); ++i) found += told_[i].notice.kind == kind && told_of_living_[i];
  return found;
}

}  // namespace starling::test
