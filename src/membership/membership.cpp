#include "membership/membership.hpp"

#include <algorithm>

#include "membership/precedence.hpp"
#include "wire/codec.hpp"

namespace starling::membership {

namespace {

/// Also what it costs when a member's datagrams always come from another address than it names.
constexpr Duration confrontation_period = 5s;

}  // namespace

Membership::Membership(Profile profile, wire::MemberUpdate self, Random random)
    : profile_(profile),
      random_(random),
      view_(profile_, std::move(self)),
      courier_(profile_, view_),
      prober_(profile_, view_, courier_, random_.fork()),
      relays_(view_, courier_, random_.fork()),
      outreach_(profile_.probe_period, random_.fork()),
      push_pulls_(profile_, random_.fork()) {}

void Membership::start(ClusterId cluster, Epoch epoch, std::vector<wire::MemberUpdate> known, Instant now,
                       port::Outbox& out) {
  courier_.join(cluster);
  courier_.set_epoch(epoch);
  for (const auto& member : known) view_.remember(member, out);
  view_.announce_ourselves();
  prober_.start(now);
  outreach_.start(now);
  push_pulls_.start(now);
  rearm(now, out);
}

void Membership::introduce_ourselves(port::Outbox& out) const {
  const wire::PushPull introduction{.reply_wanted = false, .epoch = courier_.epoch(), .members = {self()}};
  for (const NodeId node : view_.members().live()) out.send(node, introduction);
}

void Membership::leave(Instant now, port::Outbox& out) {
  if (!is_started() || view_.self().has_left()) return;
  view_.leave();
  rearm(now, out);
}

bool Membership::departed() const {
  return !is_started() ||
         (view_.self().has_left() && (view_.members().live().empty() || !view_.news().holds(view_.self().id())));
}

bool Membership::reachable(NodeId node) const {
  return node == view_.self().id() || (view_.members().is_live(node) && !broken_.contains(node));
}

std::optional<Membership::EpochHeard> Membership::newer_epoch() const {
  if (highest_epoch_.epoch <= courier_.epoch()) return std::nullopt;
  return highest_epoch_;
}

std::vector<wire::MemberUpdate> Membership::members() const {
  auto everybody = whole_state(view_);
  std::sort(everybody.begin(), everybody.end(), [](const auto& a, const auto& b) { return a.node < b.node; });
  return everybody;
}

// --- What arrives ---------------------------------------------------------------------------------

void Membership::on_datagram(Address from, BytesView bytes, Instant now, port::Outbox& out) {
  if (!is_started()) return;
  const auto datagram = wire::decode_datagram(bytes);
  if (!datagram) {
    out.notice(port::NoticeKind::datagram_malformed, port::Severity::count, {}, datagram.error().message);
    return;
  }
  if (datagram->cluster != courier_.cluster()) {
    strangers_.on_datagram(from, *datagram, bytes.size(), courier_, now, out);
    return;
  }
  const Sender sender = sender_of(from, *datagram, bytes.size());
  hear_epoch(sender.node, datagram->epoch);
  for (const auto& update : datagram->updates)
    // One that is new, or back, speaks for itself: let each learn at once what the other knows.
    if (hear(update, now, out) && update.node == sender.node) out.send(sender.node, our_state());
  confront(sender, now, out);
  if (sender.node != view_.self().id()) on_body(sender, datagram->body, now, out);
  rearm(now, out);
}

void Membership::confront(const Sender& sender, Instant now, port::Outbox& out) {
  const auto* member = view_.find(sender.node);
  if (!member || !member->peer || member->peer == sender.address || now < next_confrontation_) return;
  next_confrontation_ = now + confrontation_period;
  out.send(sender.address, our_state());
}

/// Judged by what we knew before the datagram came: its own words prove nothing.
Membership::Sender Membership::sender_of(Address from, const wire::Datagram& datagram, std::size_t bytes) const {
  const auto* member = view_.find(datagram.from);
  const bool known = member && member->peer == from;
  return {.address = from, .node = datagram.from, .reply_bytes_max = known ? wire::datagram_bytes_max : bytes};
}

void Membership::on_body(const Sender& sender, const wire::Datagram::Body& body, Instant now, port::Outbox& out) {
  if (const auto* ping = std::get_if<wire::Ping>(&body)) {
    // Meant for another that lived at our address: it is gone, and must be found so.
    if (ping->target && ping->target != view_.self().id()) return;
    courier_.send({.to = sender.address,
                   .reader = sender.node,
                   .body = wire::Ack{ping->sequence},
                   .bytes_max = sender.reply_bytes_max},
                  out);
  } else if (const auto* request = std::get_if<wire::PingRequest>(&body)) {
    relays_.ask({sender.address, sender.node, sender.reply_bytes_max}, *request, now, out);
  } else if (const auto* ack = std::get_if<wire::Ack>(&body)) {
    if (prober_.on_ack(sender.node, ack->sequence)) view_.feel_better(out);
    relays_.on_ack(sender.node, ack->sequence, out);
  } else if (const auto* nack = std::get_if<wire::Nack>(&body)) {
    prober_.on_nack(sender.node, nack->sequence);
  }
}

void Membership::on_message(NodeId from, const wire::StreamPing& ping, Instant, port::Outbox& out) {
  broken_.erase(from);
  if (is_started()) out.send(from, wire::StreamAck{ping.sequence});
}

void Membership::on_message(NodeId from, const wire::StreamAck& ack, Instant now, port::Outbox& out) {
  broken_.erase(from);
  if (prober_.on_ack(from, ack.sequence)) view_.feel_better(out);
  if (is_started()) rearm(now, out);
}

void Membership::on_message(NodeId from, const wire::PushPull& state, Instant now, port::Outbox& out) {
  broken_.erase(from);
  if (!is_started()) return;
  hear_epoch(from, state.epoch);
  for (const auto& update : state.members) hear(as_hearsay(update, view_.members()), now, out);
  const bool is_introduction = state.members.size() == 1;
  if (state.reply_wanted)
    out.send(from, our_state(/*reply_wanted=*/false));
  else if (!is_introduction)
    push_pulls_.on_answer();
  rearm(now, out);
}

bool Membership::hear(const wire::MemberUpdate& said, Instant now, port::Outbox& out) {
  const auto change = view_.hear(said, now, out);
  if (change.before == wire::MemberState::dead && change.is_live()) push_pulls_.hurry(now);
  const bool appeared = change.is_live() && !change.was_live();
  // What we knew of its connection is of another time.
  if (appeared || change.rebooted) broken_.erase(said.node);
  if (appeared) prober_.add(said.node);
  return appeared;
}

void Membership::hear_epoch(NodeId from, Epoch epoch) {
  if (epoch >= highest_epoch_.epoch && from != view_.self().id()) highest_epoch_ = {epoch, from};
}

void Membership::on_seeds(std::vector<Address> seeds, Instant now, port::Outbox& out) {
  outreach_.set_seeds(std::move(seeds));
  if (!is_started()) return;
  outreach_.start(now);
  rearm(now, out);
}

// --- What time brings -----------------------------------------------------------------------------

void Membership::on_timer(std::uint64_t number, Instant now, port::Outbox& out) {
  const Duration late = schedule_.lateness_of(number, now);
  if (late < Duration::zero()) return;
  if (late > profile_.probe_period) {
    prober_.abandon(now);
    relays_.clear();
    view_.on_stall(late, out);
  }
  do_what_is_due(now, out);
  rearm(now, out);
}

void Membership::do_what_is_due(Instant now, port::Outbox& out) {
  gossip(now, out);
  relays_.send_nacks(now, out);
  if (view_.self().has_left()) return;
  judge(now, out);
  probe(now, out);
  reach_out(now, out);
  exchange_state(now, out);
}

void Membership::judge(Instant now, port::Outbox& out) {
  for (const NodeId suspect : view_.take_last_calls(now)) tell(view_.find(suspect)->peer, suspect, out);
  view_.bury_expired(now, out);
}

void Membership::probe(Instant now, port::Outbox& out) {
  while (const auto failure = prober_.advance(now, out)) {
    out.notice(port::NoticeKind::probe_failed, port::Severity::count, failure->target);
    // A crash that all helpers confirm says nothing against us; helpers that are silent too do.
    if (failure->missed_nacks) view_.feel_worse(out);
    view_.accuse(failure->target, now, out);
  }
}

void Membership::gossip(Instant now, port::Outbox& out) {
  if (now < next_gossip()) return;
  last_gossip_ = now;
  for (const NodeId node : view_.members().choose_live(profile_.gossip_fanout, random_))
    courier_.send({.to = view_.find(node)->peer, .reader = node, .body = wire::Gossip{}}, out);
}

void Membership::reach_out(Instant now, port::Outbox& out) {
  if (now < outreach_.deadline()) return;
  // Who is unreachable gets no request, so nobody else would ever try the connection again.
  for (const NodeId node : broken_)
    if (view_.members().is_live(node)) out.send(node, wire::StreamPing{random_.next()});
  if (const auto contact = outreach_.take_turn(view_.members(), self().peer, now))
    tell(contact->address, contact->node, out);
}

void Membership::tell(Address to, NodeId node, port::Outbox& out) {
  courier_.send({.to = to, .reader = node, .body = wire::Ping{random_.next(), {}}}, out);
}

void Membership::exchange_state(Instant now, port::Outbox& out) {
  if (!push_pulls_.take_due(now, view_.size())) return;
  const auto partner = view_.members().choose_live(1, random_);
  if (!partner.empty()) out.send(partner.front(), our_state());
  if (!partner.empty() && push_pulls_.answered()) return;
  if (const auto contact = outreach_.choose(view_.members(), self().peer)) out.send(contact->address, our_state());
}

wire::PushPull Membership::our_state(bool reply_wanted) const {
  return {.reply_wanted = reply_wanted, .epoch = courier_.epoch(), .members = whole_state(view_)};
}

/// Only while there is something to say and somebody to hear it.
Instant Membership::next_gossip() const {
  if (view_.news().empty() || view_.members().live().empty()) return never;
  return last_gossip_ + profile_.gossip_period;
}

void Membership::rearm(Instant now, port::Outbox& out) {
  Instant next = std::min(next_gossip(), relays_.deadline());
  if (!view_.self().has_left())
    next = std::min({next, view_.next_judgement(), prober_.deadline(), outreach_.deadline(), push_pulls_.deadline()});
  schedule_.wake_at(next, now, out);
}

}  // namespace starling::membership
