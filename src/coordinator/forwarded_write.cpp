#include "coordinator/forwarded_write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "coordinator/reachability.hpp"

namespace starling::coordinator {

namespace {

/// The time that a replica is given ends before ours: if the write is then in doubt, its answer names
/// who has acknowledged, and must still have time to come back.
Duration time_for_replica(Duration ttl) {
  constexpr Duration way_back_max = 200ms;
  return ttl - std::min(ttl / 10, way_back_max);
}

/// Refusals that are about the replica and not about the write.
bool another_may_take_it(ErrorCode code) {
  return code == ErrorCode::overloaded || code == ErrorCode::not_ready || code == ErrorCode::stale_ring ||
         code == ErrorCode::unavailable || code == ErrorCode::disk_full;
}

}  // namespace

Progress ForwardedWrite::begin(Step& step) {
  auto set = write_set(step.view.ring, write_.partition, step.self, write_.w);
  // Who may stand in, the replica decides; without any replica there is nobody to issue the write's dot.
  auto enough = set ? enough_reachable(set->replicas, write_.sloppy ? Quorum(set->replicas.size(), 1) : set->acks, step)
                    : std::unexpected(set.error());
  if (!enough) {
    refuse(client_, std::move(enough.error()), step.out);
    return Progress::finished;
  }
  replicas_ = set->replicas;
  next_ = 0;
  rings_differ_ = false;
  ensure(forward(step), "one of those that are enough can be reached");
  return Progress::waiting;
}

bool ForwardedWrite::forward(Step& step) {
  const ReplicaSet& replicas = *replicas_;
  target_ = {};
  while (next_ < replicas.size() && !step.reachable(replicas[next_])) ++next_;
  if (next_ == replicas.size()) return false;
  target_ = replicas[next_++];
  step.out.notice(port::NoticeKind::request_forwarded);
  step.out.send(target_, wire::ForwardWrite{.request = step.request(),
                                            .epoch = step.view.ring.version(write_.partition),
                                            .partition = write_.partition,
                                            .key = write_.key.bytes,
                                            .tombstone = write_.tombstone,
                                            .value = write_.value,
                                            .context = write_.context,
                                            .w = write_.w,
                                            .client_request = write_.client_request,
                                            .hlc = write_.hlc,
                                            .sloppy = write_.sloppy,
                                            .ttl = time_for_replica(step.ttl())});
  return true;
}

Progress ForwardedWrite::on_message(NodeId from, wire::ForwardReply reply, Step& step) {
  if (from != target_) return Progress::waiting;
  auto& error = reply.result.error;
  if (error && says_nothing_happened(error->code)) return settle_refusal(std::move(*error), step);
  if (!error)
    answer(client_, std::move(reply.result), step.out);
  else
    leave_in_doubt(client_, std::move(error->message), std::move(reply.result.acked), step.out);
  return Progress::finished;
}

Progress ForwardedWrite::settle_refusal(Error error, Step& step) {
  rings_differ_ = rings_differ_ || error.code == ErrorCode::stale_ring;
  if (another_may_take_it(error.code)) {
    if (forward(step)) return Progress::waiting;
    if (rings_differ_) {
      step.wake_after(step.config.ring_retry);
      return Progress::waiting;
    }
  }
  refuse(client_, std::move(error), step.out);
  return Progress::finished;
}

/// Nobody has it, and by now we or the others may have learned of the newer ring.
Progress ForwardedWrite::on_late(Step&) { return target_ ? Progress::waiting : Progress::next_stage; }

Progress ForwardedWrite::on_peer_lost(NodeId peer, Step& step) {
  if (peer != target_) return Progress::waiting;
  if (planted(Bug::forwarded_twice) && forward(step)) return Progress::waiting;
  leave_in_doubt(client_, "the connection to the replica that was to write it broke", {}, step.out);
  return Progress::finished;
}

void ForwardedWrite::on_deadline(Step& step) {
  if (!target_)
    return refuse(client_, {ErrorCode::timed_out, "the nodes are just learning of a new ring; try again"}, step.out);
  leave_in_doubt(client_, "the replica that was to write it has not answered in time", {}, step.out);
}

}  // namespace starling::coordinator
