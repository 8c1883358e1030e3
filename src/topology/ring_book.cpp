#include "topology/ring_book.hpp"

#include <fmt/format.h>

#include "topology/cluster_record.hpp"

namespace starling::topology {

void RingBook::on_epoch_seen(NodeId node, Epoch epoch, Instant now, port::Outbox& out) {
  if (!ring_ || epoch <= ring_->epoch()) return;
  if (epoch <= asked_for_ && now < asked_at_ + retry) return;
  asked_for_ = epoch;
  asked_at_ = now;
  out.send(node, wire::RingFetch{});
}

void RingBook::on_message(NodeId from, const wire::RingFetch&, port::Outbox& out) const {
  if (ring_) out.send(from, wire::RingIs{encode(*ring_)});
}

std::optional<ring::Ring> RingBook::examine(NodeId from, BytesView bytes, port::Outbox& out) const {
  auto ring = ring::decode_ring(bytes);
  if (!ring) {
    out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from,
               "sent a ring that is none: " + ring.error().message);
    return std::nullopt;
  }
  return is_news(*ring) ? std::optional(*std::move(ring)) : std::nullopt;
}

bool RingBook::is_news(const ring::Ring& ring) const {
  return ring_ && !saving_ && ring.cluster() == ring_->cluster() && ring.epoch() > epoch();
}

void RingBook::take(ring::Ring ring, port::Outbox& out) {
  out.store(save_ticket, storage::SaveRecord{ring_record_name, encode(ring)});
  saving_ = std::move(ring);
}

std::optional<ring::Ring> RingBook::on_stored(const Result<storage::Answer>& answer, port::Outbox& out) {
  auto saved = std::exchange(saving_, std::nullopt);
  if (!saved || !answer) return std::nullopt;  // what could not be saved is fetched again
  auto before = std::exchange(ring_, std::move(saved));
  out.notice(port::NoticeKind::ring_adopted, port::Severity::info, {},
             fmt::format("goes by the ring of epoch {} now", ring_->epoch().value));
  return before;
}

}  // namespace starling::topology
