#include "coordinator/scan_request.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/ensure.hpp"
#include "causal/context_token.hpp"
#include "coordinator/get_request.hpp"
#include "coordinator/reachability.hpp"
#include "coordinator/scan_page.hpp"

namespace starling::coordinator {

ScanRequest::ScanRequest(port::ClientToken client, port::ScanRequest request, ScanCursor start, const Step& step)
    : client_(client),
      prefix_(std::move(request.bucket)),
      level_(request.r),
      rows_max_(step.config.scan_rows_max),
      bytes_left_(step.config.scan_bytes_max),
      half_time_(step.view.now + step.ttl() / 2),
      start_(std::move(start)),
      at_(start_) {
  prefix_ += '\0';
  prefix_ += request.prefix;
  if (request.limit != 0) rows_max_ = std::min(rows_max_, request.limit);
}

Progress ScanRequest::begin(Step& step) {
  const auto replicas = ReplicaSet::of_reads(step.view, at_.partition, step.self);
  const auto needed = resolve(level_, step.config.read, replicas.size());
  if (!needed) return give_up(needed.error(), step);
  if (auto enough = enough_reachable(replicas, Quorum(replicas.size(), *needed), step); !enough)
    return give_up(enough.error(), step);
  asking_.emplace(replicas, *needed);
  version_ = step.view.ring.version(at_.partition);
  stalled_ = false;
  pages_.clear();
  step.wake_after(step.config.hedge_ceiling);
  return ask_more(step);
}

Progress ScanRequest::ask_more(Step& step) {
  while (!asking_->enough_asked()) {
    const auto place = asking_->next(step);
    if (!place) return stall(step);
    ask(*place, step);
  }
  return Progress::waiting;
}

Progress ScanRequest::stall(Step& step) {
  if (!asking_->rings_differ()) return give_up(asking_->unavailable(), step);
  stalled_ = true;
  step.wake_after(step.config.ring_retry);
  return Progress::waiting;
}

void ScanRequest::ask(std::uint32_t place, Step& step) {
  const auto rows = rows_max_ - static_cast<std::uint32_t>(items_.size());
  const NodeId node = asking_->replicas()[place];
  const auto& ring = step.view.ring;
  if (node == step.self) {
    step.out.store(step.ticket(), storage::Scan{.partition = at_.partition,
                                                .first = ring.first_token(at_.partition),
                                                .last = ring.last_token(at_.partition),
                                                .after = at_.after,
                                                .prefix = prefix_,
                                                .rows_max = rows,
                                                .bytes_max = bytes_left_});
    return;
  }
  step.out.send(node, wire::ScanRequest{.request = step.request(),
                                        .epoch = version_,
                                        .partition = at_.partition,
                                        .after = at_.after.bytes,
                                        .prefix = prefix_,
                                        .rows_max = rows,
                                        .bytes_max = bytes_left_,
                                        .ttl = step.ttl()});
}

Progress ScanRequest::on_storage(Result<storage::Answer> answer, Step& step) {
  const auto place = asking_->awaited(step.self);
  if (!place) return Progress::waiting;
  if (!answer) return failed(*place, answer.error().code, step);
  auto* page = std::get_if<storage::ScanAnswer>(&*answer);
  ensure(page != nullptr, "storage answered a scan with something else");
  return take(*place, std::move(*page), step);
}

Progress ScanRequest::on_message(NodeId from, const wire::ScanReply& reply, Step& step) {
  const auto place = asking_->awaited(from);
  if (!place) return Progress::waiting;
  if (reply.error) return failed(*place, reply.error->code, step);
  return take(*place, decode_page(reply), step);
}

Progress ScanRequest::take(std::uint32_t place, Result<storage::ScanAnswer> page, Step& step) {
  if (page)
    if (auto sound = check_page(*page, at_, step.view.ring); !sound) page = std::unexpected(std::move(sound.error()));
  if (!page) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, asking_->replicas()[place],
                    page.error().message);
    return failed(place, ErrorCode::malformed, step);
  }
  asking_->answered(place);
  pages_.push_back(std::move(*page));
  return asking_->won() ? advance(join_pages(std::move(pages_)), step) : Progress::waiting;
}

Progress ScanRequest::on_late(Step& step) {
  if (stalled_) return Progress::next_stage;
  if (const auto place = asking_->next(step)) ask(*place, step);
  if (asking_->anybody_left()) step.wake_after(step.config.hedge_ceiling);
  return Progress::waiting;
}

Progress ScanRequest::on_peer_lost(NodeId peer, Step& step) {
  const auto place = asking_->awaited(peer);
  return place ? failed(*place, ErrorCode::connection_lost, step) : Progress::waiting;
}

Progress ScanRequest::on_ring(Step& step) {
  return step.view.ring.version(at_.partition) == version_ ? Progress::waiting : Progress::next_stage;
}

Progress ScanRequest::failed(std::uint32_t place, ErrorCode why, Step& step) {
  asking_->failed(place, why);
  return ask_more(step);
}

Progress ScanRequest::advance(storage::ScanAnswer joined, Step& step) {
  for (auto& row : joined.rows) {
    if (full()) return finish(step);
    at_.after = row.key;
    if (row.object.live()) show(std::move(row), step);
  }
  at_.after = std::move(joined.complete_to);
  if (at_.after.bytes.empty()) {
    at_end_ = at_.partition.value + 1U == step.view.ring.partitions();
    if (!at_end_) ++at_.partition.value;
  }
  const bool time_is_up = step.view.now >= half_time_;
  return at_end_ || full() || time_is_up ? finish(step) : Progress::next_stage;
}

void ScanRequest::show(storage::ScannedRow row, Step& step) {
  Bytes context = causal::seal_context(step.secret, row.key.token, row.object.context);
  port::ScanReply::Item item{Bytes(row.key.key()), values_of(std::move(row.object)), std::move(context)};
  std::size_t bytes = item.key.size() + item.context.size();
  for (const auto& value : item.values) bytes += value.size();
  bytes_left_ -= static_cast<std::uint32_t>(std::min<std::size_t>(bytes, bytes_left_));
  items_.push_back(std::move(item));
}

bool ScanRequest::full() const { return items_.size() == rows_max_ || bytes_left_ == 0; }

Progress ScanRequest::finish(Step& step) {
  step.out.answer(client_, port::ScanReply{std::move(items_), at_end_ ? Bytes{} : encode(at_)});
  return Progress::finished;
}

Progress ScanRequest::give_up(Error error, Step& step) {
  // What has been found so far is a page; the next one meets the trouble at its start.
  if (at_ != start_) return finish(step);
  step.out.answer(client_, port::Failure{std::move(error), {}});
  return Progress::finished;
}

void ScanRequest::on_deadline(Step& step) {
  if (at_ == start_) step.out.notice(port::NoticeKind::request_timed_out);
  give_up({ErrorCode::timed_out, "too few replicas answered in time"}, step);
}

}  // namespace starling::coordinator
