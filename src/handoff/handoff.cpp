#include "handoff/handoff.hpp"

#include <utility>

namespace starling::handoff {

Handoff::Handoff(Config config, NodeId self, Random random)
    : config_(config), self_(self), last_request_(random.next()), reception_(config) {}

void Handoff::start(const View& view, port::Outbox& out) {
  reception_.start(view.now);
  look(out);
  arm(view, out);
}

void Handoff::on_hint_left(const View& view, port::Outbox& out) {
  hint_left_ = true;
  if (!awake_) arm(view, out);
}

void Handoff::on_connected(NodeId peer, const View&, port::Outbox& out) {
  if (owed_.contains(peer)) look(out);
}

void Handoff::on_peer_lost(NodeId peer) {
  if (const auto it = deliveries_.find(peer); it != deliveries_.end()) it->second.on_peer_lost();
}

void Handoff::on_timer(port::Ticket ticket, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  for (auto& [target, delivery] : deliveries_) delivery.on_timer(now);
  if (ticket != timer_) return;
  look(out);
  arm(view, out);
}

void Handoff::on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out) {
  if (ticket == counting_) {
    if (!answer) return;  // asked again with the next period
    return on_counts(port::expect<storage::CountHintsAnswer>(*answer), view, out);
  }
  Step now = step(view, out);
  for (auto& [target, delivery] : deliveries_)
    if (delivery.on_storage(ticket, answer, now)) return;
}

void Handoff::on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out) {
  reception_.on_message(from, offer, view, out);
}

void Handoff::on_message(NodeId from, const wire::HandoffGrant& grant, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (const auto it = deliveries_.find(from); it != deliveries_.end()) it->second.on_grant(grant, now);
}

void Handoff::on_message(NodeId from, const wire::MergeReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (const auto it = deliveries_.find(from); it != deliveries_.end()) it->second.on_reply(reply, now);
}

Step Handoff::step(const View& view, port::Outbox& out) {
  return {{view, self_, tickets_, last_request_, out}, config_};
}

void Handoff::look(port::Outbox& out) {
  hint_left_ = false;
  counting_ = tickets_.next();
  out.store(counting_, storage::CountHints{});
}

void Handoff::arm(const View& view, port::Outbox& out) {
  awake_ = true;
  timer_ = tickets_.next();
  out.arm(timer_, view.now + config_.period);
}

void Handoff::on_counts(const storage::CountHintsAnswer& answer, const View& view, port::Outbox& out) {
  owed_ = {answer.counts.begin(), answer.counts.end()};
  std::erase_if(owed_since_, [&](const auto& entry) { return !owed_.contains(entry.first); });
  for (const auto& [target, count] : owed_) owed_since_.try_emplace(target, view.now);
  std::erase_if(deliveries_, [&](const auto& entry) { return entry.second.idle() && !owed_.contains(entry.first); });
  Step now = step(view, out);
  for (const auto& [target, count] : owed_) deliveries_.try_emplace(target, target).first->second.begin(count, now);
  if (owed_.empty() && deliveries_.empty() && !hint_left_) {
    awake_ = false;
    timer_ = {};
  }
}

}  // namespace starling::handoff
