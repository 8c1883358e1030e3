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
  const auto replicas = ReplicaSet::of_reads(ring, partition, step.self);
  const auto needed = resolve(r_, step.config.read, replicas.size());
  if (!needed) return std::unexpected(needed.error());
  outdated_ = false;
  now_.emplace(replicas, *needed);
  now_->partition = partition;
  now_->version = ring.version(partition);
  now_->began = step.view.now;
  if (auto enough = enough_reachable(replicas, now_->heard, step); !enough)
    return std::unexpected(std::move(enough.error()));
  for (std::uint32_t asked = 0; asked < now_->heard.needed(); ++asked) ask(*now_->full.next(step), asked == 0, step);
  wake_when_late(step);
  return std::nullopt;
}

void Read::on_ring(const Step& step) {
  if (now_ && step.view.ring.version(now_->partition) != now_->version) outdated_ = true;
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
  const bool in_full = (now_->asked_in_full >> *place & 1) != 0;
  if (in_full && now_->joining && reply.object.empty()) return std::nullopt;  // its digest, a second time
  if (!now_->somebody_late && !now_->joining) step.read_latency.on_answer(step.view.now - now_->began);
  if (!in_full) return take_digest(*place, reply.digest, step);
  auto object = decode_peer_object(reply.object);
  if (!object) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, object.error().message);
    return failed(*place, ErrorCode::malformed, step);
  }
  return take_object(*place, std::move(*object), step);
}

Read::Outcome Read::on_late(Step& step) {
  if (now_->stalled) {
    outdated_ = true;
    return std::nullopt;
  }
  step.read_latency.on_late();
  now_->somebody_late = true;
  if (const auto place = now_->full.next(step)) {
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
  const auto place = now_->full.awaited(from);
  const bool only_its_digest_was_wanted = place && !now_->joining && now_->heard.voted(*place);
  return only_its_digest_was_wanted ? std::nullopt : place;
}

void Read::ask(std::uint32_t place, bool full, Step& step) {
  if (full) now_->asked_in_full |= 1U << place;
  const NodeId node = now_->full.replicas()[place];
  if (node == step.self) {
    step.out.store(step.ticket(), storage::Get{now_->partition, key_});
    return;
  }
  step.out.send(node, wire::ReadRequest{.request = step.request(),
                                        .epoch = now_->version,
                                        .partition = now_->partition,
                                        .key = key_.bytes,
                                        .full = full,
                                        .ttl = step.ttl()});
}

Read::Outcome Read::failed(std::uint32_t place, ErrorCode why, Step& step) {
  now_->full.failed(place, why);
  while (!now_->full.enough_asked()) {
    const auto next = now_->full.next(step);
    if (!next) return give_up(step);
    ask(*next, true, step);
  }
  return std::nullopt;
}

Read::Outcome Read::give_up(Step& step) {
  if (!now_->full.rings_differ()) return std::unexpected(now_->full.unavailable());
  now_->stalled = true;
  step.wake_after(step.config.ring_retry);
  return std::nullopt;
}

Read::Outcome Read::take_digest(std::uint32_t place, std::uint64_t digest, Step& step) {
  now_->heard.yes(place);
  compare(digest);
  return conclude(step);
}

Read::Outcome Read::take_object(std::uint32_t place, causal::Object object, Step& step) {
  now_->heard.yes(place);
  now_->full.answered(place);
  if (now_->heard.needed() > 1) compare(causal::digest(object));
  now_->answers.push_back({place, std::move(object)});
  return conclude(step);
}

void Read::compare(std::uint64_t digest) {
  if (!now_->digest) now_->digest = digest;
  now_->agree = now_->agree && digest == *now_->digest;
}

Read::Outcome Read::conclude(Step& step) {
  const bool agree = now_->agree || planted(Bug::mismatch_ignored);
  if (now_->full.won() || (!now_->joining && now_->heard.won() && agree)) return everything_heard(step);
  if (now_->joining || !now_->heard.won()) return std::nullopt;
  return compare_in_full(step);
}

causal::Object Read::everything_heard(Step& step) {
  if (now_->answers.size() == 1) return std::move(now_->answers.front().object);
  return join_and_repair(key_, now_->partition, now_->full.replicas(), std::move(now_->answers), step);
}

Read::Outcome Read::compare_in_full(Step& step) {
  now_->joining = true;
  step.out.notice(port::NoticeKind::read_mismatched);
  for (std::uint32_t place = 0; place < now_->full.replicas().size(); ++place)
    if (now_->heard.said_yes(place) && !now_->full.has_answered(place)) ask(place, true, step);
  wake_when_late(step);
  return std::nullopt;
}

void Read::wake_when_late(Step& step) const {
  if (now_->stalled) return;
  if (now_->full.anybody_left())
    step.wake_after(step.read_latency.p95());
  else
    step.wake = step.deadline;
}

}  // namespace starling::coordinator
