#include "coordinator/coordinator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/hybrid_clock.hpp"
#include "coordinator/in_flight.hpp"
#include "port/hints.hpp"

namespace starling::coordinator {

namespace {

void refuse(port::ClientToken client, Error error, port::Outbox& out) {
  out.answer(client, port::Failure{std::move(error), {}});
}

Result<Instant> deadline_of(std::optional<Duration> timeout, const Config& config, Instant now) {
  const Duration wait = timeout.value_or(config.timeout);
  if (wait > Duration::zero() && wait <= config.timeout_max) return now + wait;
  return fail(ErrorCode::invalid, fmt::format("timeout_ms is 1 to {}", config.timeout_max / 1ms));
}

std::size_t bytes_of(const port::PutRequest& request) {
  return request.key.bytes.size() + request.value.size() + (request.context ? request.context->size() : 0);
}

void tell_of_hints(const storage::Answer& answer, port::Outbox& out) {
  if (const auto* put = std::get_if<storage::PutAnswer>(&answer))
    for (const auto& hint : put->hints) port::tell_of_hint(hint, out);
  if (const auto* kept = std::get_if<storage::HintsAnswer>(&answer))
    for (const auto& hint : kept->hints) port::tell_of_hint(hint, out);
}

std::uint32_t list_size(const ring::Ring& ring, PartitionId partition) {
  return static_cast<std::uint32_t>(ring.preference_list(partition).size());
}

/// What standard stands for.
port::QuorumLevel level_of(port::QuorumLevel asked, port::QuorumLevel configured) {
  using Kind = port::QuorumLevel::Kind;
  if (asked.kind != Kind::standard) return asked;
  return configured.kind != Kind::standard ? configured : port::QuorumLevel{Kind::quorum, 0};
}

/// Why a forwarded write cannot even begin here. The sender's partition and ours must be of one version.
Result<ring::Key> check(const wire::ForwardWrite& request, const ring::Ring& ring, NodeId self) {
  if (request.partition.value >= ring.partitions() || request.epoch != ring.version(request.partition) ||
      !ring.owns(self, request.partition))
    return fail(ErrorCode::stale_ring, "this node is no replica of that partition in its ring");
  auto key = ring::Key::from_bytes(request.key);
  if (!key) return key;
  if (ring.partition_of(key->token) != request.partition)
    return fail(ErrorCode::malformed, "a write for a key of another partition");
  if (auto w = resolve(request.w, {}, list_size(ring, request.partition)); !w)
    return std::unexpected(std::move(w.error()));
  return key;
}

}  // namespace

class Coordinator::State {
 public:
  State(const Config& config_of_node, NodeId self_id, const Secret& secret, Random random)
      : config(config_of_node), self(self_id), requests(config, self_id, secret, random) {}

  Config config;
  NodeId self;
  HybridClock clock;
  InFlight requests;
};

Coordinator::Coordinator(Config config, NodeId self, Secret secret, Random random)
    : state_(std::make_unique<State>(config, self, secret, random)) {}
Coordinator::~Coordinator() = default;
Coordinator::Coordinator(Coordinator&&) noexcept = default;
Coordinator& Coordinator::operator=(Coordinator&&) noexcept = default;

void Coordinator::on_client(port::ClientToken client, port::GetRequest request, const View& view, port::Outbox& out) {
  const auto bytes = request.key.bytes.size();
  if (auto admitted = state_->requests.admit(bytes, out); !admitted) return refuse(client, admitted.error(), out);
  const auto deadline = deadline_of(request.timeout, state_->config, view.now);
  if (!deadline) return refuse(client, deadline.error(), out);
  Read read(std::move(request.key), request.r);
  state_->requests.start(GetRequest(client, std::move(read)), bytes, *deadline, view, out);
}

void Coordinator::on_client(port::ClientToken client, port::PutRequest request, WallTime wall, const View& view,
                            port::Outbox& out) {
  const auto bytes = bytes_of(request);
  if (auto admitted = state_->requests.admit(bytes, out); !admitted) return refuse(client, admitted.error(), out);
  const auto deadline = deadline_of(request.timeout, state_->config, view.now);
  if (!deadline) return refuse(client, deadline.error(), out);
  const auto partition = view.ring.partition_of(request.key.token);
  auto w = level_of(request.w, state_->config.write);
  if (auto possible = resolve(w, w, list_size(view.ring, partition)); !possible)
    return refuse(client, std::move(possible.error()), out);

  Write write{.key = std::move(request.key),
              .partition = partition,
              .tombstone = request.tombstone,
              .value = std::move(request.value),
              .context = std::move(request.context).value_or(Bytes{}),
              .w = w,
              .client_request = request.request_id,
              .hlc = state_->clock.tick(wall),
              .sloppy = request.sloppy};
  if (!write.tombstone || !write.context.empty()) {
    auto begun = write_request(client, std::move(write), view.ring, state_->self);
    return state_->requests.start(std::move(begun), bytes, *deadline, view, out);
  }
  Read what_lives(write.key, {});
  DeleteRequest deletion(client, std::move(what_lives), std::move(write));
  state_->requests.start(std::move(deletion), bytes, *deadline, view, out);
}

void Coordinator::on_client(port::ClientToken client, port::ScanRequest request, const View& view, port::Outbox& out) {
  if (auto admitted = state_->requests.admit(0, out); !admitted) return refuse(client, admitted.error(), out);
  const auto deadline = deadline_of(request.timeout, state_->config, view.now);
  if (!deadline) return refuse(client, deadline.error(), out);
  // A bucket and a prefix that could not begin any key are refused in the words of a key that has them.
  auto key = ring::Key::make(request.bucket, request.prefix.empty() ? BytesView("any") : BytesView(request.prefix));
  if (!key) return refuse(client, key.error(), out);
  auto start = decode_cursor(request.cursor, view.ring);
  if (!start) return refuse(client, start.error(), out);
  ScanRequest scan(client, std::move(request), std::move(*start), state_->requests.step_at(*deadline, view, out));
  state_->requests.start(std::move(scan), 0, *deadline, view, out);
}

void Coordinator::on_forward(NodeId from, wire::ForwardWrite request, const View& view, port::Outbox& out) {
  if (request.ttl <= Duration::zero()) return out.notice(port::NoticeKind::work_expired);
  const ForwardedBy sender{from, request.request};
  auto key = check(request, view.ring, state_->self);
  if (!key) {
    if (key.error().code == ErrorCode::malformed)
      out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, key.error().message);
    return refuse(sender, std::move(key.error()), out);
  }
  const auto bytes = request.key.size() + request.value.size() + request.context.size();
  if (auto admitted = state_->requests.admit(bytes, out); !admitted)
    return refuse(sender, std::move(admitted.error()), out);
  const Instant deadline = view.now + std::min(request.ttl, state_->config.timeout_max);
  Write write{.key = std::move(*key),
              .partition = request.partition,
              .tombstone = request.tombstone,
              .value = std::move(request.value),
              .context = std::move(request.context),
              .w = request.w,
              .client_request = request.client_request,
              .hlc = request.hlc,
              .sloppy = request.sloppy};
  state_->requests.start(PutRequest(sender, std::move(write)), bytes, deadline, view, out);
}

void Coordinator::on_message(NodeId from, wire::ReadReply reply, const View& view, port::Outbox& out) {
  state_->requests.on_message(from, std::move(reply), view, out);
}
void Coordinator::on_message(NodeId from, wire::MergeReply reply, const View& view, port::Outbox& out) {
  state_->requests.on_message(from, std::move(reply), view, out);
}
void Coordinator::on_message(NodeId from, wire::ScanReply reply, const View& view, port::Outbox& out) {
  state_->requests.on_message(from, std::move(reply), view, out);
}
void Coordinator::on_message(NodeId from, wire::ForwardReply reply, const View& view, port::Outbox& out) {
  state_->requests.on_message(from, std::move(reply), view, out);
}

void Coordinator::on_storage(std::uint64_t number, Result<storage::Answer> answer, const View& view,
                             port::Outbox& out) {
  // Told here, since the request may have been given up by now, and its hint is kept or not all the same.
  if (answer) tell_of_hints(*answer, out);
  state_->requests.on_storage(number, std::move(answer), view, out);
}
void Coordinator::on_ring(const View& view, port::Outbox& out) { state_->requests.on_ring(view, out); }
void Coordinator::on_timer(std::uint64_t number, const View& view, port::Outbox& out) {
  state_->requests.on_timer(number, view, out);
}
void Coordinator::on_peer_lost(NodeId peer, const View& view, port::Outbox& out) {
  state_->requests.on_peer_lost(peer, view, out);
}

std::size_t Coordinator::in_flight() const { return state_->requests.size(); }

bool Coordinator::idle() const { return state_->requests.size() + state_->requests.listening() == 0; }

}  // namespace starling::coordinator
