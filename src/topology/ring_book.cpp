#include "topology/ring_book.hpp"

#include <fmt/format.h>

#include "ring/lineage.hpp"
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

std::optional<ring::Ring> RingBook::examine(NodeId from, BytesView bytes, port::Outbox& out) {
  auto ring = ring::decode_ring(bytes);
  if (!ring) {
    out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from,
               "sent a ring that is none: " + ring.error().message);
    return std::nullopt;
  }
  if (ring_ && ring->cluster() == ring_->cluster() && !ring::descends(*ring, *ring_) && !ring::descends(*ring_, *ring))
    be_estranged(from, out);
  else
    estranged_.erase(from);
  return is_news(*ring) ? std::optional(*std::move(ring)) : std::nullopt;
}

/// It may have the lower epoch, and not have heard of us yet.
void RingBook::be_estranged(NodeId from, port::Outbox& out) {
  if (!estranged_.insert(from).second) return;
  out.send(from, wire::RingIs{encode(*ring_)});
  out.notice(port::NoticeKind::lineage_refused, port::Severity::error, from,
             "goes by a ring that was begun by force apart from ours. The two cannot become one: empty the directories "
             "of the nodes on one side, and let them join the other");
}

bool RingBook::is_news(const ring::Ring& ring) const {
  return ring_ && !saving_ && ring.cluster() == ring_->cluster() && ring.epoch() > epoch() &&
         ring::descends(ring, *ring_);
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
