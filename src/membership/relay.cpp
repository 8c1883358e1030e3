#include "membership/relay.hpp"

#include <algorithm>

namespace starling::membership {

namespace {

/// Beyond it requests are passed over: the requesters have other helpers, and bad days end.
constexpr std::size_t relays_max = 256;
constexpr Duration patience_max = 60s;

}  // namespace

Relays::Relays(const View& view, Courier& courier, Random random) : view_(view), courier_(courier), random_(random) {}

void Relays::ask(const Requester& requester, const wire::PingRequest& request, Instant now, port::Outbox& out) {
  std::erase_if(under_way_, [now](const auto& entry) { return entry.second.until <= now; });
  if (under_way_.size() >= relays_max || request.remaining <= Duration::zero()) return;

  const Duration remaining = std::min(request.remaining, patience_max);
  const std::uint64_t sequence = random_.next();
  under_way_[sequence] = {.requester = requester,
                          .requester_sequence = request.sequence,
                          .target = request.target,
                          .nack_at = now + remaining * 4 / 5,
                          .until = now + remaining};
  const auto* target = view_.find(request.target);
  const bool known = target && target->peer == request.address;
  courier_.send({.to = request.address,
                 .reader = request.target,
                 .body = wire::Ping{sequence, request.target},
                 .bytes_max = known ? wire::datagram_bytes_max : requester.reply_bytes_max},
                out);
}

void Relays::on_ack(NodeId from, std::uint64_t sequence, port::Outbox& out) {
  const auto at = under_way_.find(sequence);
  if (at == under_way_.end() || at->second.target != from) return;
  const auto [requester, requester_sequence, target, nack_at, until] = at->second;
  under_way_.erase(at);
  courier_.send({.to = requester.address,
                 .reader = requester.node,
                 .body = wire::Ack{requester_sequence},
                 .bytes_max = requester.reply_bytes_max},
                out);
}

void Relays::send_nacks(Instant now, port::Outbox& out) {
  for (auto& [sequence, relay] : under_way_) {
    if (relay.nack_at > now) continue;
    relay.nack_at = never;
    courier_.send({.to = relay.requester.address,
                   .reader = relay.requester.node,
                   .body = wire::Nack{relay.requester_sequence},
                   .bytes_max = relay.requester.reply_bytes_max},
                  out);
  }
}

Instant Relays::deadline() const {
  Instant next = never;
  for (const auto& [sequence, relay] : under_way_) next = std::min(next, relay.nack_at);
  return next;
}

}  // namespace starling::membership
