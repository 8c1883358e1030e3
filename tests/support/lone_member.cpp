#include "support/lone_member.hpp"

#include <algorithm>

#include "base/ensure.hpp"
#include "wire/codec.hpp"

namespace starling::test {

using wire::MemberState;
using wire::MemberUpdate;

LoneMember::LoneMember(std::size_t peers, membership::Profile profile) : room(profile, statement(us()), Random(7)) {
  std::vector<MemberUpdate> known;
  for (std::size_t i = 0; i < peers; ++i) known.push_back(statement(peer(i)));
  room.start(cluster, Epoch{1}, known, now, out);
  collect();
}

Address LoneMember::address_of(NodeId node) {
  Address address{.ip = {}, .port = static_cast<std::uint16_t>(4000 + node.value)};
  address.ip[15] = 1;
  return address;
}

MemberUpdate LoneMember::statement(NodeId node, MemberState state, std::uint32_t incarnation) {
  MemberUpdate said;
  said.node = node;
  said.generation = Generation{1};
  said.nonce = 1000 + node.value;
  said.incarnation = incarnation;
  said.state = state;
  said.name = "node-" + std::to_string(node.value);
  said.peer = address_of(node);
  return said;
}

MemberUpdate LoneMember::about_us(MemberState state, std::uint32_t incarnation) const {
  MemberUpdate said = room.self();
  said.state = state;
  said.incarnation = incarnation;
  return said;
}

void LoneMember::say(NodeId from, wire::Datagram::Body body, std::vector<MemberUpdate> updates,
                     std::optional<Address> source, Epoch epoch) {
  const wire::Datagram datagram{
      .cluster = cluster, .from = from, .epoch = epoch, .body = std::move(body), .updates = std::move(updates)};
  say_bytes(source.value_or(address_of(from)), wire::encode(datagram));
}

void LoneMember::say_bytes(Address source, BytesView bytes) {
  room.on_datagram(source, bytes, now, out);
  collect();
}

void LoneMember::run_for(Duration length) {
  const Instant end = now + length;
  while (run_next_timer(end)) {
  }
  now = end;
}

void LoneMember::run_answered_for(Duration length) {
  std::size_t seen = sent.size();
  for (const Instant end = now + length; now < end;) {
    run_for(1ms);
    for (; seen < sent.size(); ++seen)
      if (const auto* ping = std::get_if<wire::Ping>(&sent[seen].datagram.body))
        say(node_at(sent[seen].to), wire::Ack{ping->sequence});
  }
}

void LoneMember::stall_for(Duration length) {
  now = now + length;
  const Instant woken = now;
  while (run_next_timer(woken)) {
  }
}

bool LoneMember::run_next_timer(Instant before) {
  if (timers_.empty() || timers_.begin()->first.first > before) return false;
  const auto timer = timers_.extract(timers_.begin());
  now = std::max(now, timer.key().first);
  room.on_timer(timer.mapped(), now, out);
  collect();
  return true;
}

std::size_t LoneMember::count(port::NoticeKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(notices.begin(), notices.end(), [kind](const port::Notice& n) { return n.kind == kind; }));
}

void LoneMember::forget() {
  sent.clear();
  messages.clear();
  messages_to_addresses.clear();
  notices.clear();
  introductions.clear();
  halts.clear();
}

void LoneMember::collect() {
  for (auto& effect : out.effects()) {
    if (auto* datagram = std::get_if<port::SendDatagram>(&effect)) {
      auto decoded = wire::decode_datagram(datagram->bytes);
      ensure(decoded.has_value(), "we sent what nobody can read");
      sent.push_back({datagram->to, std::move(*decoded), datagram->bytes.size()});
    } else if (auto* message = std::get_if<port::SendMessage>(&effect)) {
      messages.emplace_back(message->to, std::move(message->message));
    } else if (auto* aimed = std::get_if<port::SendToAddress>(&effect)) {
      messages_to_addresses.emplace_back(aimed->to, std::move(aimed->message));
    } else if (const auto* timer = std::get_if<port::ArmTimer>(&effect)) {
      timers_.emplace(std::pair(timer->at, ++sequence_), timer->ticket.number);
    } else if (auto* notice = std::get_if<port::Notice>(&effect)) {
      notices.push_back(std::move(*notice));
    } else if (const auto* introduced = std::get_if<port::Introduce>(&effect)) {
      introductions.push_back(*introduced);
    } else if (auto* halt = std::get_if<port::Halt>(&effect)) {
      halts.push_back(std::move(*halt));
    }
  }
  out.clear();
}

}  // namespace starling::test
