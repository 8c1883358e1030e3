#include "repair/exchange.hpp"

#include <utility>

#include "causal/codec.hpp"

namespace starling::repair {

namespace {

constexpr std::size_t in_work_max = 16;

}  // namespace

void Exchange::begin(Share share, std::vector<ring::Key> keys, const Pace& pace, Step& step) {
  share_ = share;
  keys_ = std::move(keys);
  go_on(pace, step);
}

void Exchange::give_up() {
  keys_.clear();
  asked_.clear();
  merging_.clear();
  reading_.clear();
  pushed_.clear();
}

std::optional<Instant> Exchange::due(const Pace& pace) const {
  if (!asked_.empty() || !pushed_.empty()) return deadline_;
  if (keys_.empty() || in_work() != 0) return std::nullopt;
  return pace.free_at();
}

void Exchange::on_timer(const Pace& pace, Step& step) {
  if (step.view.now >= deadline_) {
    asked_.clear();  // the next look finds again what still differs
    pushed_.clear();
  }
  go_on(pace, step);
}

void Exchange::go_on(const Pace& pace, Step& step) {
  while (!keys_.empty() && in_work() < in_work_max && step.view.now >= pace.free_at()) {
    ring::Key key = std::move(keys_.back());
    keys_.pop_back();
    deadline_ = step.deadline();
    const wire::RequestId request = step.next_request();
    step.out.send(share_.first, wire::ReadRequest{.request = request,
                                                  .epoch = step.view.ring.version(share_.second),
                                                  .partition = share_.second,
                                                  .key = key.bytes,
                                                  .full = true,
                                                  .ttl = step.config.patience});
    asked_.emplace(request, One{std::move(key), 0});
  }
}

std::optional<Exchange::Traffic> Exchange::on_reply(NodeId from, const wire::ReadReply& reply, Pace& pace, Step& step) {
  auto asked = from == share_.first ? asked_.extract(reply.request) : decltype(asked_.extract(reply.request)){};
  if (asked.empty()) return std::nullopt;
  pace.spend(reply.object.size(), step.view.now);
  if (const auto object = causal::decode_filled_object(reply.object); object && !reply.error) {
    One one = std::move(asked.mapped());
    one.theirs = causal::fingerprint(*object);
    const auto ticket = step.store(storage::Merge{share_.second, one.key, reply.object});
    merging_.emplace(ticket, std::move(one));
  }
  go_on(pace, step);
  return Traffic{.fetched = reply.object.size()};
}

std::optional<Exchange::Traffic> Exchange::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Pace& pace,
                                                      Step& step) {
  Traffic traffic;
  if (auto merged = merging_.extract(ticket); !merged.empty()) {
    // Not what came of the merge alone: a write may have come since.
    if (answer) {
      One one = std::move(merged.mapped());
      const auto reading = step.store(storage::Get{share_.second, one.key});
      reading_.emplace(reading, std::move(one));
    }
  } else if (auto read = reading_.extract(ticket); !read.empty()) {
    if (answer) traffic.sent = push(std::move(read.mapped()), expect<storage::GetAnswer>(*answer).object, pace, step);
  } else {
    return std::nullopt;
  }
  go_on(pace, step);
  return traffic;
}

std::uint64_t Exchange::push(One one, const causal::Object& merged, Pace& pace, Step& step) {
  ++exchanged_;
  step.out.notice(port::NoticeKind::key_exchanged);
  if (causal::fingerprint(merged) == one.theirs) return 0;
  deadline_ = step.deadline();
  const wire::RequestId request = step.next_request();
  wire::MergeRequest merge{.request = request,
                           .epoch = step.view.ring.version(share_.second),
                           .partition = share_.second,
                           .key = one.key.bytes,
                           .object = causal::encode(merged),
                           .ttl = step.config.patience,
                           .background = true};
  const std::uint64_t bytes = merge.object.size();
  bytes_sent_ += bytes;
  pace.spend(bytes, step.view.now);
  step.out.send(share_.first, std::move(merge));
  pushed_.emplace(request, std::move(one));
  return bytes;
}

std::optional<Exchange::Traffic> Exchange::on_reply(NodeId from, const wire::MergeReply& reply, const Pace& pace,
                                                    Step& step) {
  if (from != share_.first || pushed_.erase(reply.request) == 0) return std::nullopt;
  go_on(pace, step);
  return Traffic{};
}

}  // namespace starling::repair
