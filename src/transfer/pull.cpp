#include "transfer/pull.hpp"

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "causal/codec.hpp"
#include "port/rest.hpp"

namespace starling::transfer {

namespace {

/// While others want the disk too, one page is asked for after the other, whatever the number of lanes: a request meets
/// one page at most.
constexpr Duration between_pages = 5ms;

}  // namespace

std::uint64_t bytes_of(const wire::PullReply& page) {
  std::uint64_t bytes = page.seen.size();
  for (const auto& row : page.rows) bytes += row.key.size() + row.object.size();
  return bytes;
}

void Pull::begin(Share share, std::optional<causal::Seen> theirs, port::Step& step) {
  share_ = share;
  wanted_ = std::move(theirs);
  promised_.reset();
  after_ = {};
  at_end_ = false;
  stage_ = Stage::surveying;
  deadline_ = step.view.now + manner_.patience;
  waiting_ = step.store(storage::Survey{{share_.second}});
}

void Pull::give_up() { stage_ = Stage::idle; }

std::optional<Instant> Pull::due(const Pace& pace) const {
  if (stage_ == Stage::pausing) return pace.free_at();
  if (stage_ == Stage::asked) return deadline_;
  return std::nullopt;
}

void Pull::on_timer(Pace& pace, port::Step& step) {
  if (stage_ == Stage::pausing) return ask(pace, step);
  if (stage_ == Stage::asked && step.view.now >= deadline_) give_up();
}

void Pull::ask(Pace& pace, port::Step& step) {
  stage_ = Stage::pausing;
  if (step.view.now < pace.free_at()) return;
  stage_ = Stage::asked;
  deadline_ = step.view.now + manner_.patience;
  request_ = step.next_request();
  step.out.send(share_.first, wire::PullRequest{.request = request_,
                                                .epoch = step.view.ring.version(share_.second),
                                                .partition = share_.second,
                                                .seen = ours_,
                                                .after = after_.bytes,
                                                .bytes_max = next_page_bytes(step),
                                                .whole = manner_.purpose == Purpose::transfer,
                                                .ttl = manner_.patience});
  if (gives_way_) pace.wait_for(between_pages, step.view.now);
}

std::uint32_t Pull::next_page_bytes(const port::Step& step) {
  gives_way_ = !step.view.quiet();
  return gives_way_ ? manner_.page_bytes : manner_.quiet_page_bytes;
}

Pull::Progress Pull::on_reply(NodeId from, wire::PullReply& reply, Pace& pace, port::Step& step) {
  if (stage_ != Stage::asked || from != share_.first || reply.request != request_) return Progress::not_mine;
  if (reply.error) return fail();
  const std::uint64_t bytes = bytes_of(reply);
  pace.spend(bytes, step.view.now);
  rows_ += reply.rows.size();
  bytes_ += bytes;
  if (auto merged = merge(reply, step); !merged) {
    step.out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, merged.error().message);
    return fail();
  }
  if (stage_ != Stage::merging) ask(pace, step);
  return Progress::under_way;
}

Pull::Progress Pull::after_page(Pace& pace, port::Step& step) {
  if (gives_way_) pace.wait_for(port::rest_after(step.view.now - merging_since_), step.view.now);
  if (at_end_) {
    stage_ = Stage::idle;
    return Progress::done;
  }
  ask(pace, step);
  return Progress::under_way;
}

Result<> Pull::merge(wire::PullReply& reply, port::Step& step) {
  auto seen = causal::decode_seen(reply.seen);
  if (!seen) return std::unexpected(std::move(seen.error()));
  if (!promised_) promised_ = *std::move(seen);
  at_end_ = reply.complete_to.empty();
  if (!at_end_) {
    auto complete_to = ring::Key::from_bytes(reply.complete_to);
    if (!complete_to) return std::unexpected(std::move(complete_to.error()));
    if (*complete_to <= after_) return starling::fail(ErrorCode::malformed, "a page that does not get any further");
    after_ = *std::move(complete_to);
  }
  merging_since_ = step.view.now;
  if (planted(Bug::seen_joined_before_rows)) step.store(storage::MergePage{share_.second, {}, *promised_});
  storage::MergePage page{share_.second, {}, at_end_ ? promised_ : std::nullopt};
  page.rows.reserve(reply.rows.size());
  for (auto& row : reply.rows) {
    auto key = ring::Key::from_bytes(row.key);
    if (!key) return std::unexpected(std::move(key.error()));
    if (step.view.ring.partition_of(key->token) != share_.second)
      return starling::fail(ErrorCode::malformed, "a pulled row of another partition");
    auto object = causal::decode_filled_object(row.object);
    if (!object) return std::unexpected(std::move(object.error()));
    page.rows.push_back({*std::move(key), *std::move(object)});
    step.out.notice(port::NoticeKind::row_pulled);
  }
  if (page.rows.empty() && !at_end_) return {};
  stage_ = Stage::merging;
  waiting_ = step.store(std::move(page));
  return {};
}

Pull::Progress Pull::on_storage(port::Ticket ticket, Result<storage::Answer>& answer, Pace& pace, port::Step& step) {
  if ((stage_ != Stage::surveying && stage_ != Stage::merging) || ticket != waiting_) return Progress::not_mine;
  if (!answer) return fail();
  if (stage_ == Stage::merging) return after_page(pace, step);
  const causal::Seen& ours = port::expect<storage::SurveyAnswer>(*answer).partitions.at(0).seen;
  if (wanted_ && ours.covers(*wanted_)) {
    stage_ = Stage::idle;
    return Progress::done;
  }
  ours_ = causal::encode(ours);
  ask(pace, step);
  return Progress::under_way;
}

Pull::Progress Pull::fail() {
  give_up();
  return Progress::failed;
}

}  // namespace starling::transfer
