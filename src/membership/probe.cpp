#include "membership/probe.hpp"

#include <algorithm>
#include <array>

namespace starling::membership {

Prober::Prober(const Profile& profile, const View& view, Courier& courier, Random random)
    : profile_(profile), view_(view), courier_(courier), random_(random) {}

void Prober::start(Instant now) {
  deadline_ = now + Duration(random_.below(static_cast<std::uint64_t>(profile_.probe_period.count())));
}

std::optional<Prober::Failure> Prober::advance(Instant now, port::Outbox& out) {
  if (now < deadline_) return std::nullopt;
  if (stage_ == Stage::direct) {
    ask_others(now, out);
    return std::nullopt;
  }
  if (stage_ == Stage::indirect) {
    stage_ = Stage::idle;
    return Failure{.target = target_, .missed_nacks = !silent_helpers_.empty()};
  }
  begin_period(now, out);
  return std::nullopt;
}

void Prober::begin_period(Instant now, port::Outbox& out) {
  const Duration period = view_.health().scale(profile_.probe_period);
  const auto target = rotation_.next(view_.members(), random_);
  if (!target) {
    stage_ = Stage::idle;
    deadline_ = now + period;
    return;
  }
  const Duration timeout = view_.health().scale(profile_.probe_timeout);
  stage_ = Stage::direct;
  target_ = *target;
  sequence_ = random_.next();
  deadline_ = now + timeout;
  period_end_ = now + period;
  patience_ = period - timeout;
  helpers_.clear();
  silent_helpers_.clear();
  courier_.send({.to = view_.find(target_)->peer, .reader = target_, .body = wire::Ping{sequence_, target_}}, out);
}

/// However late we are, the helpers get all of their time.
void Prober::ask_others(Instant now, port::Outbox& out) {
  stage_ = Stage::indirect;
  period_end_ = std::max(period_end_, now + patience_);
  deadline_ = period_end_;
  helpers_ = view_.members().choose_live(profile_.indirect_probes, random_, std::array{target_});
  silent_helpers_ = helpers_;
  const wire::PingRequest request{
      .sequence = sequence_, .target = target_, .address = view_.find(target_)->peer, .remaining = period_end_ - now};
  for (const NodeId helper : helpers_)
    courier_.send({.to = view_.find(helper)->peer, .reader = helper, .body = request}, out);
  out.send(target_, wire::StreamPing{sequence_});
}

bool Prober::on_ack(NodeId from, std::uint64_t sequence) {
  const bool under_way = stage_ == Stage::direct || stage_ == Stage::indirect;
  if (!under_way || sequence != sequence_) return false;
  if (from != target_ && std::find(helpers_.begin(), helpers_.end(), from) == helpers_.end()) return false;
  stage_ = Stage::answered;
  deadline_ = period_end_;
  return true;
}

void Prober::on_nack(NodeId from, std::uint64_t sequence) {
  if (stage_ == Stage::indirect && sequence == sequence_) std::erase(silent_helpers_, from);
}

void Prober::abandon(Instant now) {
  stage_ = Stage::idle;
  deadline_ = now;
}

}  // namespace starling::membership
