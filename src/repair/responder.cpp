#include "repair/responder.hpp"

#include <algorithm>
#include <utility>

#include "causal/codec.hpp"
#include "wire/reply_to.hpp"

namespace starling::repair {

namespace {

constexpr std::size_t waiting_max = 256;
constexpr std::size_t views_bytes_max = 1024 * 1024;
constexpr std::uint32_t page_rows_max = 1000;
constexpr std::uint32_t page_bytes_max = 1024 * 1024;
constexpr std::size_t nodes_max = 256;
constexpr std::uint32_t bits_max = 24;

template <class Request>
void refuse(NodeId from, const Request& request, Error error, Step& step) {
  if (error.code == ErrorCode::malformed)
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, error.message);
  wire::ReplyTo<Request> reply{};
  reply.request = request.request;
  reply.error = std::move(error);
  step.out.send(from, std::move(reply));
}

/// Empty bytes: from the start.
Result<ring::Key> after_of(BytesView bytes, PartitionId partition, const ring::Ring& ring) {
  if (bytes.empty()) return ring::Key{};
  auto key = ring::Key::from_bytes(bytes);
  if (key && ring.partition_of(key->token) != partition)
    return fail(ErrorCode::malformed, "a page after a key of another partition");
  return key;
}

}  // namespace

Result<> Responder::admit(NodeId from, Epoch version, PartitionId partition, Step& step) const {
  const ring::Ring& ring = step.view.ring;
  const bool ours = partition.value < ring.partitions() && version == ring.version(partition) &&
                    (ring.owns(step.self, partition) || leftovers_.has(partition));
  if (!ours || !ring.owns(from, partition))
    return fail(ErrorCode::stale_ring, "the two nodes are no replicas of that partition in its ring");
  if (waiting_.size() >= waiting_max) return fail(ErrorCode::overloaded, "too much is being compared on this replica");
  return {};
}

/// What speaks of many partitions needs the same ring.
Result<> Responder::admit_all(Epoch epoch, Step& step) const {
  if (epoch != step.view.ring.epoch()) return fail(ErrorCode::stale_ring, "the two nodes go by different rings");
  if (waiting_.size() >= waiting_max) return fail(ErrorCode::overloaded, "too much is being compared on this replica");
  return {};
}

void Responder::on_message(NodeId from, wire::RepairMarks marks, Step& step) {
  if (auto admitted = admit_all(marks.epoch, step); !admitted)
    return refuse(from, marks, std::move(admitted.error()), step);
  auto shared = shared_partitions(step.view.ring, step.self, from);
  if (shared.empty()) return refuse(from, marks, {ErrorCode::stale_ring, "the two nodes share no partition"}, step);
  if (marks.marks.size() != shared.size() * mark_bytes)
    return refuse(from, marks, {ErrorCode::malformed, "marks of other partitions than are shared"}, step);
  store(from, step.config.patience, std::move(marks), storage::Survey{std::move(shared)}, step);
}

void Responder::on_message(NodeId from, wire::LeftoverOffer offer, Step& step) {
  if (auto admitted = admit_all(offer.epoch, step); !admitted)
    return refuse(from, offer, std::move(admitted.error()), step);
  auto theirs = from_wire(offer.views, step.view.ring.partitions_of(step.self));
  if (!theirs) return refuse(from, offer, std::move(theirs.error()), step);
  storage::Survey survey;
  for (const TheirView& view : *theirs) survey.partitions.push_back(view.partition);
  store(from, step.config.patience, std::move(offer), std::move(survey), step);
}

void Responder::on_message(NodeId from, wire::PullRequest pull, Step& step) {
  if (auto admitted = admit(from, pull.epoch, pull.partition, step); !admitted)
    return refuse(from, pull, std::move(admitted.error()), step);
  auto seen = causal::decode_seen(pull.seen);
  if (!seen) return refuse(from, pull, std::move(seen.error()), step);
  auto after = after_of(pull.after, pull.partition, step.view.ring);
  if (!after) return refuse(from, pull, std::move(after.error()), step);
  const auto tokens = step.tokens_of(pull.partition);
  storage::ScanUnseen scan{.partition = pull.partition,
                           .first = tokens.first,
                           .last = tokens.last,
                           .seen = *std::move(seen),
                           .after = *std::move(after),
                           .rows_max = page_rows_max,
                           .bytes_max = std::min(pull.bytes_max, page_bytes_max),
                           .whole = pull.whole};
  const Duration ttl = pull.ttl;
  store(from, ttl, std::move(pull), std::move(scan), step);
}

void Responder::on_message(NodeId from, wire::SumsRequest sums, Step& step) {
  if (auto admitted = admit(from, sums.epoch, sums.partition, step); !admitted)
    return refuse(from, sums, std::move(admitted.error()), step);
  const bool possible = sums.bits >= 4 && sums.bits <= bits_max && sums.nodes.size() <= nodes_max &&
                        std::ranges::all_of(sums.nodes, [&](auto node) { return node >> (sums.bits - 4) == 0; });
  if (!possible) return refuse(from, sums, {ErrorCode::malformed, "sums of nodes that no tree has"}, step);
  const Duration ttl = sums.ttl;
  const PartitionId partition = sums.partition;
  if (sums.nodes.empty()) return store(from, ttl, std::move(sums), storage::DropTree{partition}, step);
  const storage::SumLeaves command{partition, sums.bits};
  store(from, ttl, std::move(sums), command, step);
}

void Responder::on_message(NodeId from, wire::DigestsRequest digests, Step& step) {
  if (auto admitted = admit(from, digests.epoch, digests.partition, step); !admitted)
    return refuse(from, digests, std::move(admitted.error()), step);
  if (digests.bits > bits_max || digests.leaf >> digests.bits != 0)
    return refuse(from, digests, {ErrorCode::malformed, "digests of a leaf that no tree has"}, step);
  auto after = after_of(digests.after, digests.partition, step.view.ring);
  if (!after) return refuse(from, digests, std::move(after.error()), step);
  const auto tokens = storage::leaf_tokens(step.tokens_of(digests.partition), digests.bits, digests.leaf);
  storage::ListDigests list{.partition = digests.partition,
                            .first = tokens.first,
                            .last = tokens.last,
                            .after = *std::move(after),
                            .rows_max = page_rows_max};
  const Duration ttl = digests.ttl;
  store(from, ttl, std::move(digests), std::move(list), step);
}

void Responder::store(NodeId from, Duration ttl, Request request, storage::Command command, Step& step) {
  if (ttl <= Duration::zero()) return step.out.notice(port::NoticeKind::work_expired);
  const Instant deadline = step.view.now + std::min(ttl, Duration(1min));
  waiting_.emplace(step.store(std::move(command)), Waiting{from, deadline, std::move(request)});
}

bool Responder::on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step) {
  auto waiting = waiting_.extract(ticket);
  if (waiting.empty()) return false;
  const auto& [from, deadline, request] = waiting.mapped();
  if (step.view.now >= deadline) {
    step.out.notice(port::NoticeKind::work_expired);
    return true;
  }
  std::visit(
      [&](const auto& asked) {
        found ? answer(from, asked, *found, step) : refuse(from, asked, std::move(found.error()), step);
      },
      request);
  return true;
}

void Responder::answer(NodeId from, const wire::RepairMarks& marks, storage::Answer& found, Step& step) {
  wire::RepairViews reply{.request = marks.request,
                          .error = {},
                          .epoch = step.view.ring.epoch(),
                          .views_wanted = true,
                          .compared = 0,
                          .views = {}};
  Agreed agreed{from, {}};
  std::size_t bytes = 0;
  for (auto& survey : expect<storage::SurveyAnswer>(found).partitions) {
    if (bytes > views_bytes_max) break;
    const BytesView theirs = BytesView(marks.marks).substr(reply.compared * mark_bytes, mark_bytes);
    ++reply.compared;
    if (mark_of(survey, marks.request) == theirs) {
      agreed.equal.push_back(std::move(survey));
    } else {
      reply.views.push_back(to_wire(survey));
      bytes += reply.views.back().seen.size();
    }
  }
  agreed_ = std::move(agreed);
  step.out.send(from, std::move(reply));
}

void Responder::answer(NodeId from, const wire::LeftoverOffer& offer, storage::Answer& found, Step& step) {
  auto theirs = from_wire(offer.views, step.view.ring.partitions_of(step.self));
  if (!theirs) return refuse(from, offer, {ErrorCode::stale_ring, "the ring has changed meanwhile"}, step);
  wire::LeftoverReply reply{.request = offer.request, .error = {}, .covered = {}};
  Lacking lacking{from, {}};
  const auto& ours = expect<storage::SurveyAnswer>(found).partitions;
  for (std::size_t i = 0; i < theirs->size(); ++i)
    if (ours[i].seen.covers((*theirs)[i].seen))
      reply.covered.push_back(ours[i].partition);
    else
      lacking.views.push_back(std::move((*theirs)[i]));
  lacking_ = std::move(lacking);
  step.out.send(from, std::move(reply));
}

void Responder::answer(NodeId from, const wire::PullRequest& pull, storage::Answer& found, Step& step) {
  auto& page = expect<storage::ScanUnseenAnswer>(found);
  wire::PullReply reply{.request = pull.request,
                        .error = {},
                        .seen = causal::encode(page.seen),
                        .rows = {},
                        .complete_to = std::move(page.complete_to.bytes)};
  reply.rows.reserve(page.rows.size());
  for (auto& row : page.rows) {
    bytes_sent_ += row.key.bytes.size() + row.object.size();
    reply.rows.push_back({std::move(row.key.bytes), std::move(row.object)});
  }
  step.out.send(from, std::move(reply));
}

void Responder::answer(NodeId from, const wire::SumsRequest& sums, storage::Answer& found, Step& step) {
  if (sums.nodes.empty()) return step.out.send(from, wire::SumsReply{.request = sums.request, .error = {}, .sums = {}});
  const auto& folded = expect<storage::SumLeavesAnswer>(found);
  if (!folded.built) return refuse(from, sums, {ErrorCode::not_ready, "the tree is not built yet"}, step);
  wire::SumsReply reply{.request = sums.request, .error = {}, .sums = {}};
  if (folded.bits == sums.bits)
    for (const std::uint32_t node : sums.nodes)
      for (std::uint32_t child = 0; child < 16; ++child) reply.sums.push_back(folded.sums[16 * node + child]);
  step.out.send(from, std::move(reply));
}

void Responder::answer(NodeId from, const wire::DigestsRequest& digests, storage::Answer& found, Step& step) {
  auto& page = expect<storage::ListDigestsAnswer>(found);
  wire::DigestsReply reply{
      .request = digests.request, .error = {}, .rows = {}, .complete_to = std::move(page.complete_to.bytes)};
  reply.rows.reserve(page.rows.size());
  for (auto& row : page.rows) reply.rows.push_back({std::move(row.key.bytes), row.digest});
  step.out.send(from, std::move(reply));
}

}  // namespace starling::repair
