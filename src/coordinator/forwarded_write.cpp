#include "coordinator/forwarded_write.hpp"

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "coordinator/quorum.hpp"
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

/// What only nodes say to each other is put in words that a client knows.
Error for_client(Error error) {
  if (error.code != ErrorCode::stale_ring) return error;
  return {ErrorCode::not_ready, "the nodes are just learning of a new ring: " + error.message};
}

}  // namespace

ForwardedWrite::ForwardedWrite(port::ClientToken client, Write write, const ReplicaSet& replicas)
    : client_(client), write_(std::move(write)), replicas_(replicas) {}

Progress ForwardedWrite::begin(Step& step) {
  // Who may stand in, the replica decides; without any replica there is nobody to issue the write's dot.
  auto enough = enough_reachable(replicas_, write_.sloppy ? 1 : *resolve(write_.w, write_.w, replicas_.size()), step);
  if (enough && forward(step)) return Progress::waiting;
  refuse(client_, std::move(enough.error()), step.out);
  return Progress::finished;
}

bool ForwardedWrite::forward(Step& step) {
  while (next_ < replicas_.size() && !step.reachable(replicas_[next_])) ++next_;
  if (next_ == replicas_.size()) return false;
  target_ = replicas_[next_++];
  step.out.notice(port::NoticeKind::request_forwarded);
  step.out.send(target_, wire::ForwardWrite{.request = step.request(),
                                            .epoch = step.view.ring.epoch(),
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
  if (error && another_may_take_it(error->code) && forward(step)) return Progress::waiting;
  if (!error)
    answer(client_, std::move(reply.result), step.out);
  else if (says_nothing_happened(error->code))
    refuse(client_, for_client(std::move(*error)), step.out);
  else
    leave_in_doubt(client_, std::move(error->message), std::move(reply.result.acked), step.out);
  return Progress::finished;
}

Progress ForwardedWrite::on_peer_lost(NodeId peer, Step& step) {
  if (peer != target_) return Progress::waiting;
  if (planted(Bug::forwarded_twice) && forward(step)) return Progress::waiting;
  leave_in_doubt(client_, "the connection to the replica that was to write it broke", {}, step.out);
  return Progress::finished;
}

void ForwardedWrite::on_deadline(Step& step) {
  leave_in_doubt(client_, "the replica that was to write it has not answered in time", {}, step.out);
}

}  // namespace starling::coordinator
