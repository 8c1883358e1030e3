#include "repair/responder.hpp"

#include <algorithm>
#include <utility>

namespace starling::repair {

using transfer::after_of;
using transfer::refuse;

namespace {

constexpr std::size_t views_bytes_max = 1024 * 1024;
constexpr std::uint32_t page_rows_max = 1000;
constexpr std::size_t nodes_max = 256;
constexpr std::uint32_t bits_max = 24;

}  // namespace

template <class Request>
Result<> Responder::admit(NodeId from, const Request& request, const Step& step) const {
  const ring::Ring& ring = step.view.ring;
  const bool ours = request.partition.value < ring.partitions() && request.epoch == ring.version(request.partition) &&
                    ring.owns(step.self, request.partition);
  if (!ours || !ring.owns(from, request.partition))
    return fail(ErrorCode::stale_ring, "the two nodes are no replicas of that partition in its ring");
  return asked_.has_room();
}

void Responder::on_message(NodeId from, wire::RepairMarks marks, Step& step) {
  if (auto admitted = asked_.admit(marks.epoch, step); !admitted)
    return refuse(from, marks, std::move(admitted.error()), step);
  auto shared = shared_partitions(step.view.ring, step.self, from);
  if (shared.empty()) return refuse(from, marks, {ErrorCode::stale_ring, "the two nodes share no partition"}, step);
  if (marks.marks.size() != shared.size() * mark_bytes)
    return refuse(from, marks, {ErrorCode::malformed, "marks of other partitions than are shared"}, step);
  asked_.look_up(from, step.config.patience, std::move(marks), storage::Survey{std::move(shared)}, step);
}

void Responder::on_message(NodeId from, wire::SumsRequest sums, Step& step) {
  if (auto admitted = admit(from, sums, step); !admitted) return refuse(from, sums, std::move(admitted.error()), step);
  const bool possible = sums.bits >= 4 && sums.bits <= bits_max && sums.nodes.size() <= nodes_max &&
                        std::ranges::all_of(sums.nodes, [&](auto node) { return node >> (sums.bits - 4) == 0; });
  if (!possible) return refuse(from, sums, {ErrorCode::malformed, "sums of nodes that no tree has"}, step);
  const Duration ttl = sums.ttl;
  const PartitionId partition = sums.partition;
  if (sums.nodes.empty()) return asked_.look_up(from, ttl, std::move(sums), storage::DropTree{partition}, step);
  const storage::SumLeaves command{partition, sums.bits};
  asked_.look_up(from, ttl, std::move(sums), command, step);
}

void Responder::on_message(NodeId from, wire::DigestsRequest digests, Step& step) {
  if (auto admitted = admit(from, digests, step); !admitted)
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
  asked_.look_up(from, ttl, std::move(digests), std::move(list), step);
}

bool Responder::on_storage(port::Ticket ticket, Result<storage::Answer>& found, Step& step) {
  return asked_.on_storage(ticket, found, step, [&](NodeId from, const auto& request, storage::Answer& what) {
    answer(from, request, what, step);
  });
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
      reply.views.push_back(transfer::to_wire(survey));
      bytes += reply.views.back().seen.size();
    }
  }
  agreed_ = std::move(agreed);
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
