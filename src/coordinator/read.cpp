#include "coordinator/read.hpp"

#include <utility>
#include <variant>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "coordinator/peer_object.hpp"
#include "coordinator/reachability.hpp"

namespace starling::coordinator {

Read::Attempt::Attempt(const ReplicaSet& replicas, std::uint32_t needed)
    : full(replicas, needed),
      heard(replicas.size(), planted(Bug::read_by_one_fewer) && needed > 1 ? needed - 1 : needed) {}

Read::Outcome Read::begin(Step& step) {
  const ring::Ring& ring = step.view.ring;
  const PartitionId partition = ring.partition_of(key_.token);
  const auto replicas = ReplicaSet::of_reads(step.view, partition, step.self);
  const auto needed = resolve(r_, step.config.read, replicas.size());
  if (!needed) return std::unexpected(needed.error());
  outdated_ = false;
  attempt_.emplace(replicas, *needed);
  attempt_->partition = partition;
  attempt_->version = ring.version(partition);
  attempt_->began = step.view.now;
  if (auto enough = enough_reachable(replicas, attempt_->heard, step); !enough)
    return std::unexpected(std::move(enough.error()));
  for (std::uint32_t asked = 0; asked < attempt_->heard.needed(); ++asked)
    ask(*attempt_->full.next(step), asked == 0, step);
  wake_when_late(step);
  return std::nullopt;
}

void Read::on_ring(const Step& step) {
  if (attempt_ && step.view.ring.version(attempt_->partition) != attempt_->version) outdated_ = true;
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
  const bool in_full = (attempt_->asked_in_full >> *place & 1) != 0;
  if (in_full && attempt_->joining && reply.object.empty()) return std::nullopt;  // its digest, a second time
  if (!attempt_->somebody_late && !attempt_->joining) step.read_latency.on_answer(step.view.now - attempt_->began);
  if (!in_full) return take_digest(*place, reply.digest, step);
  auto object = decode_peer_object(reply.object);
  if (!object) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, object.error().message);
    return failed(*place, ErrorCode::malformed, step);
  }
  return take_object(*place, std::move(*object), step);
}

Read::Outcome Read::on_late(Step& step) {
  if (attempt_->stalled) {
    outdated_ = true;
    return std::nullopt;
  }
  step.read_latency.on_late();
  attempt_->somebody_late = true;
  if (const auto place = attempt_->full.next(step)) {
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
  const auto place = attempt_->full.awaited(from);
  const bool only_its_digest_was_wanted = place && !attempt_->joining && attempt_->heard.voted(*place);
  return only_its_digest_was_wanted ? std::nullopt : place;
}

void Read::ask(std::uint32_t place, bool full, Step& step) {
  if (full) attempt_->asked_in_full |= 1U << place;
  const NodeId node = attempt_->full.replicas()[place];
  if (node == step.self) {
    step.out.store(step.ticket(), storage::Get{attempt_->partition, key_});
    return;
  }
  step.out.send(node, wire::ReadRequest{.request = step.request(),
                                        .epoch = attempt_->version,
                                        .partition = attempt_->partition,
                                        .key = key_.bytes,
                                        .full = full,
                                        .ttl = step.ttl()});
}

Read::Outcome Read::failed(std::uint32_t place, ErrorCode why, Step& step) {
  attempt_->full.failed(place, why);
  while (!attempt_->full.enough_asked()) {
    const auto next = attempt_->full.next(step);
    if (!next) return give_up(step);
    ask(*next, true, step);
  }
  return std::nullopt;
}

Read::Outcome Read::give_up(Step& step) {
  if (!attempt_->full.rings_differ()) return std::unexpected(attempt_->full.unavailable());
  attempt_->stalled = true;
  step.wake_after(step.config.ring_retry);
  return std::nullopt;
}

Read::Outcome Read::take_digest(std::uint32_t place, std::uint64_t digest, Step& step) {
  attempt_->heard.yes(place);
  compare(digest);
  return conclude(step);
}

Read::Outcome Read::take_object(std::uint32_t place, causal::Object object, Step& step) {
  attempt_->heard.yes(place);
  attempt_->full.answered(place);
  if (attempt_->heard.needed() > 1) compare(causal::digest(object));
  attempt_->answers.push_back({place, std::move(object)});
  return conclude(step);
}

void Read::compare(std::uint64_t digest) {
  if (!attempt_->digest) attempt_->digest = digest;
  attempt_->agree = attempt_->agree && digest == *attempt_->digest;
}

Read::Outcome Read::conclude(Step& step) {
  const bool agree = attempt_->agree || planted(Bug::mismatch_ignored);
  if (attempt_->full.won() || (!attempt_->joining && attempt_->heard.won() && agree)) return everything_heard(step);
  if (attempt_->joining || !attempt_->heard.won()) return std::nullopt;
  return compare_in_full(step);
}

causal::Object Read::everything_heard(Step& step) {
  if (attempt_->answers.size() == 1) return std::move(attempt_->answers.front().object);
  return join_and_repair(key_, attempt_->partition, attempt_->full.replicas(), std::move(attempt_->answers), step);
}

Read::Outcome Read::compare_in_full(Step& step) {
  attempt_->joining = true;
  step.out.notice(port::NoticeKind::read_mismatched);
  for (std::uint32_t place = 0; place < attempt_->full.replicas().size(); ++place)
    if (attempt_->heard.said_yes(place) && !attempt_->full.has_answered(place)) ask(place, true, step);
  wake_when_late(step);
  return std::nullopt;
}

void Read::wake_when_late(Step& step) const {
  if (attempt_->stalled) return;
  if (attempt_->full.anybody_left())
    step.wake_after(step.read_latency.p95());
  else
    step.wake = step.deadline;
}

}  // namespace starling::coordinator
