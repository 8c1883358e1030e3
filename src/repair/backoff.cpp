#include "repair/backoff.hpp"

#include <algorithm>

namespace starling::repair {

namespace {

constexpr std::uint32_t doublings_max = 16;

}  // namespace

Instant Backoff::fail(Share share, Instant now) {
  Failures& failures = failures_[share];
  const Duration longest = std::min(first_ * (1 << std::min(failures.count++, doublings_max)), longest_);
  const auto scatter = Duration(random_.below(static_cast<std::uint64_t>(longest.count() / 2) + 1));
  return failures.not_before = now + longest - scatter;
}

void Backoff::forget(NodeId peer) {
  std::erase_if(failures_, [&](const auto& entry) { return entry.first.first == peer; });
}

Instant Backoff::not_before(Share share) const {
  const auto found = failures_.find(share);
  return found == failures_.end() ? Instant{} : found->second.not_before;
}

}  // namespace starling::repair
