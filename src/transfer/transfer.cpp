#include "transfer/transfer.hpp"

#include <algorithm>
#include <utility>

namespace starling::transfer {

Transfer::Transfer(Config config, NodeId self, Random random)
    : config_(config), self_(self), last_request_(random.next()), arrivals_(self, config), leftovers_(self) {}

Step Transfer::step(const View& view, port::Outbox& out) {
  return {{view, self_, tickets_, last_request_, out}, config_};
}

void Transfer::make_room(const ring::Ring& next, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  leftovers_.make_room(next, now);
  go_on(now);
}

void Transfer::on_ring(const View& view, port::Outbox& out) {
  Step now = step(view, out);
  arrivals_.on_ring(now);
  leftovers_.look(now);
  go_on(now);
}

void Transfer::on_connected(NodeId peer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  on_peer_lost(peer);  // it may be another life of it: nothing that the last one said holds
  go_on(now);
}

void Transfer::on_peer_lost(NodeId peer) {
  arrivals_.on_peer_lost(peer);
  leftovers_.on_peer_lost(peer);
}

void Transfer::on_timer(port::Ticket ticket, const View& view, port::Outbox& out) {
  if (ticket != timer_) return;
  armed_for_.reset();
  Step now = step(view, out);
  arrivals_.on_timer(now);
  leftovers_.on_timer(now);
  go_on(now);
}

void Transfer::on_storage(port::Ticket ticket, Result<storage::Answer> answer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  arrivals_.on_storage(ticket, answer, now) || leftovers_.on_storage(ticket, answer, now) ||
      source_.on_storage(ticket, answer, now) || heir_.on_storage(ticket, answer, now);
  go_on(now);
}

void Transfer::on_message(NodeId from, wire::PullRequest pull, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  source_.on_message(from, std::move(pull), now);
}

void Transfer::on_message(NodeId from, wire::LeftoverOffer offer, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  heir_.on_message(from, std::move(offer), now);
}

void Transfer::on_message(NodeId from, const wire::LeftoverReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  leftovers_.on_reply(from, reply, now);
  go_on(now);
}

void Transfer::on_message(NodeId from, wire::PullReply& reply, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  if (arrivals_.on_reply(from, reply, now)) go_on(now);
}

void Transfer::start_over(const std::vector<PartitionId>& partitions, const View& view, port::Outbox& out) {
  Step now = step(view, out);
  for (const NodeId peer : view.ring.neighbours_of(self_)) on_peer_lost(peer);
  source_.forget();
  heir_.forget();
  arrivals_.start_over(partitions);
  go_on(now);
}

void Transfer::go_on(Step& step) {
  arrivals_.go_on(step);
  std::optional<Instant> wake;
  const auto wake_at = [&](Instant at) { wake = wake ? std::min(*wake, at) : at; };
  for (const auto due : {arrivals_.due(), leftovers_.due()})
    if (due) wake_at(*due);
  // Whom a partition waits for may become reachable without having been lost.
  if (arrivals_.missing() > 0) wake_at(step.view.now + config_.retry);
  if (!wake || (armed_for_ && *armed_for_ <= *wake)) return;
  armed_for_ = wake;
  timer_ = tickets_.next();
  step.out.arm(timer_, *wake);
}

}  // namespace starling::transfer
