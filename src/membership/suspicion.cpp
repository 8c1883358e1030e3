#include "membership/suspicion.hpp"

#include <algorithm>
#include <cmath>

#include "membership/schedule.hpp"

namespace starling::membership {

namespace {

/// Whole milliseconds, so that no compiler's last bit of a logarithm shows.
Duration milliseconds_of(Duration base, double factor) {
  const double exact = std::chrono::duration<double, std::milli>(base).count() * factor;
  return std::chrono::milliseconds(std::llround(exact));
}

}  // namespace

SuspicionSpan SuspicionSpan::of(const Profile& profile, std::size_t members) {
  const double scale = std::max(1.0, std::log10(static_cast<double>(std::max<std::size_t>(members, 1))));
  const Duration min = milliseconds_of(profile.probe_period, profile.suspicion_multiplier * scale);
  // The suspect, and the first accuser, cannot confirm.
  const std::size_t witnesses = members > 2 ? members - 2 : 0;
  const std::size_t wanted = profile.suspicion_multiplier > 2 ? profile.suspicion_multiplier - 2 : 0;
  return {.min = min,
          .max = min * profile.suspicion_max_multiplier,
          .wanted = static_cast<std::uint32_t>(std::min(wanted, witnesses))};
}

Duration SuspicionSpan::lasting(std::size_t accusers) const {
  const std::size_t confirmations = accusers > 0 ? accusers - 1 : 0;
  if (confirmations >= wanted) return min;
  const double share = std::log(static_cast<double>(confirmations) + 1) / std::log(static_cast<double>(wanted) + 1);
  return std::max(min, max - milliseconds_of(max - min, share));
}

void Suspicions::accuse(NodeId suspect, std::size_t accusers, std::size_t members, Instant now) {
  auto [at, is_new] = running_.try_emplace(suspect);
  Running& running = at->second;
  if (is_new) {
    running.since = now;
    running.span = SuspicionSpan::of(profile_, members);
  }
  running.until = running.since + running.span.lasting(accusers);
}

void Suspicions::postpone(Duration by) {
  for (auto& [suspect, running] : running_) {
    running.since = running.since + by;
    running.until = running.until + by;
  }
}

std::vector<NodeId> Suspicions::take_last_calls(Instant now) {
  std::vector<NodeId> due;
  for (auto& [suspect, running] : running_) {
    if (running.called || next_of(running) > now) continue;
    running.called = true;
    due.push_back(suspect);
  }
  return due;
}

std::vector<NodeId> Suspicions::take_expired(Instant now) {
  std::vector<NodeId> expired;
  for (auto at = running_.begin(); at != running_.end();) {
    if (at->second.until > now) {
      ++at;
      continue;
    }
    expired.push_back(at->first);
    at = running_.erase(at);
  }
  return expired;
}

Instant Suspicions::deadline() const {
  Instant next = never;
  for (const auto& [suspect, running] : running_) next = std::min(next, next_of(running));
  return next;
}

Instant Suspicions::next_of(const Running& running) const {
  return running.called ? running.until : running.until - profile_.probe_period;
}

}  // namespace starling::membership
