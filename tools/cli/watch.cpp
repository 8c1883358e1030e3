#include "cli/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/words.hpp"
#include "cli/change_words.hpp"
#include "cli/member_words.hpp"
#include "cli/output.hpp"

namespace starling::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto ask_every = 1s;
constexpr auto next_change_within = 30s;  ///< of a series: the ring is settled in between
constexpr auto rate_over = 10s;
constexpr auto rate_over_at_least = 500ms;
constexpr auto stalled_after = 10s;
constexpr auto give_up_after = 30s;  ///< without any answer

struct Sum {
  std::uint64_t arrived{};
  std::uint64_t all{};
  std::uint64_t bytes{};
};

Sum sum_of(const api::ChangeStatus& change) {
  Sum sum;
  for (const auto& newcomer : change.newcomers) {
    sum.arrived += newcomer.arrived;
    sum.all += newcomer.arrived + newcomer.arriving;
    sum.bytes += newcomer.bytes;
  }
  return sum;
}

/// If it goes on as on average so far; empty where nothing can be said.
std::string time_left(const api::ChangeStatus& change, const Sum& sum) {
  if (sum.arrived == 0 || sum.arrived == sum.all) return "";
  const double share_left = static_cast<double>(sum.all - sum.arrived) / static_cast<double>(sum.arrived);
  const std::chrono::duration<double> left = change.since * share_left;
  return fmt::format(", {} left", in_words(std::chrono::duration_cast<Duration>(left)));
}

}  // namespace

api::Result<std::optional<api::Status>> Watch::run() {
  for (;;) {
    api::Result<api::Status> status = ask();
    if (!status && Clock::now() - answered_ > give_up_after) {
      progress_.clear();
      return std::unexpected(std::move(status).error());
    }
    if (status && is_over(*status)) {
      progress_.clear();
      return *std::move(status);
    }
    if (status && status->change) show(*status);
    if (!interrupt_.came_within(ask_every)) continue;
    progress_.clear();
    return std::nullopt;
  }
}

/// One that is no member any more may not know how the others are.
api::Result<api::Status> Watch::ask() {
  api::Result<api::Status> status = asked().status();
  const auto no_member = [](const api::Member& member) { return member.self && !member.in_ring; };
  if (status && (others_.empty() || std::ranges::none_of(status->members, no_member))) {
    answered_ = Clock::now();
    remember_others(*status);
    return status;
  }
  if (others_.empty()) return status;
  // They are tried one after the other, the next one next time.
  std::ranges::rotate(others_, others_.begin() + 1);
  api::Result<api::Client> opened =
      api::Client::open({.nodes = {others_.back()}, .timeout = 5s, .fail_fast = true, .name = "kvcli"});
  if (!opened) return std::unexpected(std::move(opened).error());
  another_ = *std::move(opened);
  api::Result<api::Status> second = another_->status();
  if (second) answered_ = Clock::now();
  return second;
}

void Watch::remember_others(const api::Status& status) {
  std::vector<std::string> others;
  for (const api::Member& member : status.members)
    if (member.in_ring && !member.self && member.state == "alive" && !member.client_address.empty())
      others.push_back(member.client_address);
  if (!others.empty()) others_ = std::move(others);
}

/// As long as a settled ring is not what it could be, a further change follows by itself.
bool Watch::is_over(const api::Status& status) {
  if (status.change) {
    settled_since_.reset();
    return false;
  }
  if (!settled_since_) settled_since_ = Clock::now();
  if (Clock::now() - *settled_since_ > next_change_within) return true;
  const auto what_is_left = asked().change({.kind = api::Change::Kind::rebalance, .dry_run = true});
  return what_is_left && what_is_left->moving == 0;
}

void Watch::show(const api::Status& status) {
  const api::ChangeStatus& change = *status.change;
  const Sum sum = sum_of(change);
  if (change.stage != "read_old" || sum.all == 0) {
    const std::size_t done = change.stage == "read_old" ? 0 : change.moving;
    progress_.show(done, change.moving, done == 0 ? ", stage 1 of 2" : ", stage 2 of 2");
  } else {
    const std::uint64_t bytes_per_second = rate(sum.bytes);
    progress_.show(sum.arrived, sum.all,
                   fmt::format(", {}, {}/s{}", bytes_in_words(sum.bytes), bytes_in_words(bytes_per_second),
                               bytes_per_second > 0 ? time_left(change, sum) : ""));
  }
  if (const Reached reached{status.epoch, sum.arrived, sum.bytes}; reached != reached_) {
    reached_ = reached;
    moved_ = Clock::now();
  }
  if (Clock::now() - moved_ >= stalled_after) tell_what_stalls(status);
}

void Watch::tell_what_stalls(const api::Status& status) {
  moved_ = Clock::now();  // and again after as long
  progress_.clear();
  say(fmt::format("Nothing has happened for {}.", in_words(stalled_after)));
  for (const auto& newcomer : status.change->newcomers)
    if (!newcomer.waits_for.empty())
      say(fmt::format("{} waits for {}", name_of(status.members, newcomer.id),
                      names_of(status.members, newcomer.waits_for)));
  for (const api::Problem& problem : status.problems) {
    say("! " + problem.what);
    if (!problem.advice.empty()) say("  → " + problem.advice);
  }
}

/// Bytes per second of late. A newcomer counts from none again in the next change.
std::uint64_t Watch::rate(std::uint64_t bytes) {
  const Clock::time_point now = Clock::now();
  if (!samples_.empty() && bytes < samples_.back().bytes) samples_.clear();
  samples_.push_back({now, bytes});
  std::erase_if(samples_, [&](const Sample& sample) { return now - sample.at > rate_over; });
  const std::chrono::duration<double> span = now - samples_.front().at;
  if (span < rate_over_at_least) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(bytes - samples_.front().bytes) / span.count());
}

}  // namespace starling::cli
