#include "replica/replica.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "replica/replies.hpp"
#include "wire/reply_to.hpp"

namespace starling::replica {

namespace {

void report_malformed(NodeId from, const Error& error, port::Outbox& out) {
  if (error.code != ErrorCode::malformed) return;
  out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, error.message);
}

template <class Request>
SenderRing refuse(NodeId from, const Request& request, Error error, const ring::Ring& ring, port::Outbox& out) {
  report_malformed(from, error, out);
  out.send(from, wire::ReplyTo<Request>{.request = request.request, .error = std::move(error)});
  return request.epoch > ring.epoch() ? SenderRing::newer : SenderRing::known;
}

/// The sender has already given up, or will have by the time an answer arrives.
template <class Request>
bool expired(const Request& request, port::Outbox& out) {
  if (request.ttl > Duration::zero()) return false;
  out.notice(port::NoticeKind::work_expired);
  return true;
}

Result<ring::Key> key_of(BytesView bytes, PartitionId partition, const ring::Ring& ring) {
  auto key = ring::Key::from_bytes(bytes);
  if (key && ring.partition_of(key->token) != partition)
    return fail(ErrorCode::malformed, "a request for a key of another partition");
  return key;
}

}  // namespace

Replica::Replica(Config config, NodeId self, Random random) : config_(config), self_(self), waiting_(random.next()) {}

Result<void> Replica::admit(Epoch version, PartitionId partition, std::size_t bytes, const ring::Ring& ring,
                            port::Outbox& out) const {
  const bool ours = partition.value < ring.partitions() && ring.owns(self_, partition);
  if (!ours || (version != ring.version(partition) && !planted(Bug::old_version_accepted)))
    return fail(ErrorCode::stale_ring, "this node is no replica of that partition in its ring");
  return admit(bytes, out);
}

Result<void> Replica::admit_payload(const wire::StandInRequest& request, const ring::Ring& ring,
                                    port::Outbox& out) const {
  if (request.partition.value >= ring.partitions() || request.epoch != ring.version(request.partition))
    return fail(ErrorCode::stale_ring, "this node has another ring");
  if (ring.owns(self_, request.partition) || !ring.owns(request.target, request.partition))
    return fail(ErrorCode::malformed, "a node stands in for a replica, and is none itself");
  return admit(request.key.size() + request.object.size(), out);
}

Result<void> Replica::admit(std::size_t bytes, port::Outbox& out) const {
  if (waiting_.size() < config_.in_flight_max && bytes_ + bytes <= config_.bytes_in_flight_max) return {};
  out.notice(port::NoticeKind::request_overloaded);
  return fail(ErrorCode::overloaded,
              fmt::format("{} requests with {} bytes wait for storage on this replica", waiting_.size(), bytes_));
}

SenderRing Replica::on_message(NodeId from, wire::ReadRequest request, const ring::Ring& ring, Instant now,
                               port::Outbox& out) {
  if (expired(request, out)) return SenderRing::known;
  const auto bytes = request.key.size();
  if (auto admitted = admit(request.epoch, request.partition, bytes, ring, out); !admitted)
    return refuse(from, request, std::move(admitted.error()), ring, out);
  auto key = key_of(request.key, request.partition, ring);
  if (!key) return refuse(from, request, std::move(key.error()), ring, out);
  const Waiting waiting{request.full ? Kind::read_in_full : Kind::read_digest, from, request.request, now + request.ttl,
                        bytes};
  if (request.full)
    store(waiting, storage::Get{request.partition, std::move(*key)}, out);
  else
    store(waiting, storage::GetDigest{request.partition, std::move(*key)}, out);
  return SenderRing::known;
}

SenderRing Replica::on_message(NodeId from, wire::MergeRequest request, const ring::Ring& ring, Instant now,
                               port::Outbox& out) {
  if (expired(request, out)) return SenderRing::known;
  const auto bytes = request.key.size() + request.object.size();
  if (auto admitted = admit(request.epoch, request.partition, bytes, ring, out); !admitted)
    return refuse(from, request, std::move(admitted.error()), ring, out);
  auto key = key_of(request.key, request.partition, ring);
  if (!key) return refuse(from, request, std::move(key.error()), ring, out);
  if (planted(Bug::acknowledged_early)) out.send(from, wire::MergeReply{.request = request.request});
  store({Kind::merge, from, request.request, now + request.ttl, bytes},
        storage::Merge{request.partition, std::move(*key), std::move(request.object)}, out);
  return SenderRing::known;
}

SenderRing Replica::on_message(NodeId from, wire::StandInRequest request, const ring::Ring& ring, Instant now,
                               port::Outbox& out) {
  if (expired(request, out)) return SenderRing::known;
  if (auto admitted = admit_payload(request, ring, out); !admitted)
    return refuse(from, request, std::move(admitted.error()), ring, out);
  auto key = key_of(request.key, request.partition, ring);
  if (!key) return refuse(from, request, std::move(key.error()), ring, out);
  const auto bytes = request.key.size() + request.object.size();
  store({Kind::payload, from, request.request, now + request.ttl, bytes},
        storage::KeepPayload{request.target, request.partition, std::move(*key), std::move(request.object)}, out);
  return SenderRing::known;
}

SenderRing Replica::on_message(NodeId from, wire::ScanRequest request, const ring::Ring& ring, Instant now,
                               port::Outbox& out) {
  if (expired(request, out)) return SenderRing::known;
  const auto bytes = request.after.size() + request.prefix.size();
  if (auto admitted = admit(request.epoch, request.partition, bytes, ring, out); !admitted)
    return refuse(from, request, std::move(admitted.error()), ring, out);
  storage::Scan scan{.partition = request.partition,
                     .first = ring.first_token(request.partition),
                     .last = ring.last_token(request.partition),
                     .prefix = std::move(request.prefix),
                     .rows_max = std::clamp(request.rows_max, 1U, config_.scan_rows_max),
                     .bytes_max = std::min(request.bytes_max, config_.scan_bytes_max)};
  if (!request.after.empty()) {
    auto after = key_of(request.after, request.partition, ring);
    if (!after) return refuse(from, request, std::move(after.error()), ring, out);
    scan.after = std::move(*after);
  }
  store({Kind::scan, from, request.request, now + request.ttl, bytes}, std::move(scan), out);
  return SenderRing::known;
}

void Replica::store(Waiting waiting, storage::Command command, port::Outbox& out) {
  bytes_ += waiting.bytes;
  const auto number = waiting_.insert(waiting);
  out.store({port::Room::replica, number}, std::move(command));
}

void Replica::on_storage(std::uint64_t number, Result<storage::Answer> answer, Instant now, port::Outbox& out) {
  const Waiting* found = waiting_.find(number);
  if (found == nullptr) return;
  const Waiting waiting = *found;
  waiting_.erase(number);
  bytes_ -= waiting.bytes;
  if (now >= waiting.deadline) return out.notice(port::NoticeKind::work_expired);
  if (!answer && (waiting.kind == Kind::merge || waiting.kind == Kind::payload))
    report_malformed(waiting.from, answer.error(), out);
  switch (waiting.kind) {
    case Kind::read_in_full: return out.send(waiting.from, full_reply(waiting.request, std::move(answer)));
    case Kind::read_digest: return out.send(waiting.from, digest_reply(waiting.request, std::move(answer)));
    case Kind::merge: return out.send(waiting.from, merge_reply(waiting.request, std::move(answer)));
    case Kind::payload: return out.send(waiting.from, payload_reply(waiting.request, std::move(answer)));
    case Kind::scan: return out.send(waiting.from, scan_reply(waiting.request, std::move(answer)));
  }
}

}  // namespace starling::replica
