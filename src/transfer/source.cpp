#include "transfer/source.hpp"

#include <algorithm>
#include <utility>

#include "causal/codec.hpp"

namespace starling::transfer {

namespace {

constexpr std::uint32_t page_rows_max = 10'000;
constexpr std::uint32_t page_bytes_max = 1024 * 1024;
/// While others have asked something of this node: whoever pulls does not know of them.
constexpr std::uint32_t busy_page_bytes_max = 64 * 1024;

}  // namespace

Result<> Source::admit(NodeId from, const wire::PullRequest& pull, const Step& step) const {
  const ring::Ring& ring = step.view.ring;
  const bool ours = pull.partition.value < ring.partitions() && pull.epoch == ring.version(pull.partition) &&
                    (ring.owns(step.self, pull.partition) || leftovers_.has(pull.partition));
  if (!ours || !ring.owns(from, pull.partition))
    return fail(ErrorCode::stale_ring, "the two nodes are no replicas of that partition in its ring");
  return asked_.has_room();
}

void Source::on_message(NodeId from, wire::PullRequest pull, Step& step) {
  if (auto admitted = admit(from, pull, step); !admitted) return refuse(from, pull, std::move(admitted.error()), step);
  auto seen = causal::decode_seen(pull.seen);
  if (!seen) return refuse(from, pull, std::move(seen.error()), step);
  auto after = after_of(pull.after, pull.partition, step.view.ring);
  if (!after) return refuse(from, pull, std::move(after.error()), step);
  const auto tokens = step.tokens_of(pull.partition);
  storage::ScanUnseen scan{
      .partition = pull.partition,
      .first = tokens.first,
      .last = tokens.last,
      .seen = *std::move(seen),
      .after = *std::move(after),
      .rows_max = page_rows_max,
      .bytes_max = std::min(pull.bytes_max, step.view.quiet() ? page_bytes_max : busy_page_bytes_max),
      .whole = pull.whole};
  const Duration ttl = pull.ttl;
  asked_.look_up(from, ttl, std::move(pull), std::move(scan), step);
}

bool Source::on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step) {
  return asked_.on_storage(ticket, found, step, [&](NodeId from, const wire::PullRequest& pull, storage::Answer& page) {
    answer(from, pull, expect<storage::ScanUnseenAnswer>(page), step);
  });
}

void Source::answer(NodeId from, const wire::PullRequest& pull, storage::ScanUnseenAnswer& page, Step& step) {
  wire::PullReply reply{.request = pull.request,
                        .error = {},
                        .seen = causal::encode(page.seen),
                        .rows = {},
                        .complete_to = std::move(page.complete_to.bytes)};
  reply.rows.reserve(page.rows.size());
  std::uint64_t bytes = 0;
  for (auto& row : page.rows) {
    bytes += row.key.bytes.size() + row.object.size();
    reply.rows.push_back({std::move(row.key.bytes), std::move(row.object)});
  }
  bytes_sent_ += bytes;
  if (bytes > 0) sent_to_[{from, pull.partition}] += bytes;
  step.out.send(from, std::move(reply));
}

std::uint64_t Source::bytes_sent(Share share) const {
  const auto sent = sent_to_.find(share);
  return sent == sent_to_.end() ? 0 : sent->second;
}

}  // namespace starling::transfer
