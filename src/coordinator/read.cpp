#include "coordinator/read.hpp"

#include <utility>
#include <variant>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "coordinator/peer_object.hpp"
#include "coordinator/reachability.hpp"

namespace starling::coordinator {

Read::Read(ring::Key key, PartitionId partition, const ReplicaSet& replicas, std::uint32_t needed)
    : key_(std::move(key)),
      partition_(partition),
      full_(replicas, needed),
      heard_(replicas.size(), planted(Bug::read_by_one_fewer) && needed > 1 ? needed - 1 : needed) {}

Read::Outcome Read::begin(Step& step) {
  began_ = step.view.now;
  if (auto enough = enough_reachable(full_.replicas(), heard_.needed(), step); !enough)
    return std::unexpected(std::move(enough.error()));
  for (std::uint32_t asked = 0; asked < heard_.needed(); ++asked) ask(*full_.next(step), asked == 0, step);
  wake_when_late(step);
  return std::nullopt;
}

Read::Outcome Read::on_storage(Result<storage::Answer> answer, Step& step) {
  const auto place = awaited(step.self);
  if (!place) return std::nullopt;
  if (!answer) return failed(*place, answer.error().code, step);
  auto* got = std::get_if<storage::GetAnswer>(&*answer);
  ensure(got != nullptr, "storage answered a get with something else");
  return take_object(*place, std::move(got->object), step);
}

Read::Outcome Read::on_reply(NodeId from, wire::ReadReply reply, Step& step) {
  const auto place = awaited(from);
  if (!place) return std::nullopt;
  if (reply.error) return failed(*place, reply.error->code, step);
  const bool in_full = (asked_in_full_ >> *place & 1) != 0;
  if (in_full && joining_ && reply.object.empty()) return std::nullopt;  // its digest, a second time
  if (!somebody_late_ && !joining_) step.read_latency.on_answer(step.view.now - began_);
  if (!in_full) return take_digest(*place, reply.digest, step);
  auto object = decode_peer_object(reply.object);
  if (!object) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, object.error().message);
    return failed(*place, ErrorCode::malformed, step);
  }
  return take_object(*place, std::move(*object), step);
}

Read::Outcome Read::on_late(Step& step) {
  step.read_latency.on_late();
  somebody_late_ = true;
  if (const auto place = full_.next(step)) {
    step.out.notice(port::NoticeKind::read_hedged);
    ask(*place, true, step);
  }
  wake_when_late(step);
  return std::nullopt;
}

Read::Outcome Read::on_peer_lost(NodeId peer, Step& step) {
  const auto place = awaited(peer);
  if (!place) return std::nullopt;
  return failed(*place, ErrorCode::connection_lost, step);
}

std::optional<std::uint32_t> Read::awaited(NodeId from) const {
  const auto place = full_.awaited(from);
  const bool only_its_digest_was_wanted = place && !joining_ && heard_.voted(*place);
  return only_its_digest_was_wanted ? std::nullopt : place;
}

void Read::ask(std::uint32_t place, bool full, Step& step) {
  if (full) asked_in_full_ |= 1U << place;
  const NodeId node = full_.replicas()[place];
  if (node == step.self) {
    step.out.store(step.ticket(), storage::Get{partition_, key_});
    return;
  }
  step.out.send(node, wire::ReadRequest{.request = step.request(),
                                        .epoch = step.view.ring.epoch(),
                                        .partition = partition_,
                                        .key = key_.bytes,
                                        .full = full,
                                        .ttl = step.ttl()});
}

Read::Outcome Read::failed(std::uint32_t place, ErrorCode why, Step& step) {
  full_.failed(place, why);
  while (!full_.enough_asked()) {
    const auto next = full_.next(step);
    if (!next) return std::unexpected(full_.unavailable());
    ask(*next, true, step);
  }
  return std::nullopt;
}

Read::Outcome Read::take_digest(std::uint32_t place, std::uint64_t digest, Step& step) {
  heard_.yes(place);
  compare(digest);
  return conclude(step);
}

Read::Outcome Read::take_object(std::uint32_t place, causal::Object object, Step& step) {
  heard_.yes(place);
  full_.answered(place);
  if (heard_.needed() > 1) compare(causal::digest(object));
  answers_.push_back({place, std::move(object)});
  return conclude(step);
}

void Read::compare(std::uint64_t digest) {
  if (!digest_) digest_ = digest;
  agree_ = agree_ && digest == *digest_;
}

Read::Outcome Read::conclude(Step& step) {
  const bool agree = agree_ || planted(Bug::mismatch_ignored);
  if (full_.won() || (!joining_ && heard_.won() && agree)) return everything_heard(step);
  if (joining_ || !heard_.won()) return std::nullopt;
  return compare_in_full(step);
}

causal::Object Read::everything_heard(Step& step) {
  if (answers_.size() == 1) return std::move(answers_.front().object);
  return join_and_repair(key_, partition_, full_.replicas(), std::move(answers_), step);
}

Read::Outcome Read::compare_in_full(Step& step) {
  joining_ = true;
  step.out.notice(port::NoticeKind::read_mismatched);
  for (std::uint32_t place = 0; place < full_.replicas().size(); ++place)
    if (heard_.said_yes(place) && !full_.has_answered(place)) ask(place, true, step);
  wake_when_late(step);
  return std::nullopt;
}

void Read::wake_when_late(Step& step) const {
  if (full_.anybody_left())
    step.wake_after(step.read_latency.p95());
  else
    step.wake = step.deadline;
}

}  // namespace starling::coordinator
