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

void RingBook::on_message(NodeId from, const wire::RingIs& message, port::Outbox& out) {
  auto ring = ring::decode_ring(message.ring);
  if (!ring) {
    return out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from,
                      "sent a ring that is none: " + ring.error().message);
  }
  if (!ring_ || ring->cluster() != ring_->cluster() || ring->epoch() <= ring_->epoch()) return;
  if (saving_ && ring->epoch() <= saving_->epoch()) return;
  saving_ = std::move(*ring);
  out.store(save_ticket, storage::SaveRecord{ring_record_name, message.ring});
}

bool RingBook::on_stored(const Result<storage::Answer>& answer, port::Outbox& out) {
  auto saved = std::exchange(saving_, std::nullopt);
  if (!saved || !answer) return false;  // what could not be saved is fetched again
  ring_ = std::move(saved);
  out.notice(port::NoticeKind::ring_adopted, port::Severity::info, {},
             fmt::format("goes by the ring of epoch {} now", ring_->epoch().value));
  return true;
}

}  // namespace starling::topology
