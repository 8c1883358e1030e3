#include "repair/hint_flows.hpp"

#include <algorithm>

namespace starling::repair {

namespace {

/// Whoever was granted nothing offers again after a period of handoff's, which is shorter.
constexpr Duration silence = 7s;

}  // namespace

void HintFlows::on_offer(NodeId from, bool any, Instant now) {
  std::erase_if(last_offer_, [&](const auto& entry) { return entry.second + silence <= now; });
  if (!any) {
    last_offer_.erase(from);
    return;
  }
  if (last_offer_.empty()) since_ = now;
  last_offer_[from] = now;
}

std::optional<Instant> HintFlows::until(Instant now) const {
  if (last_offer_.empty()) return std::nullopt;
  const Instant last =
      std::ranges::max_element(last_offer_, {}, [](const auto& entry) { return entry.second; })->second;
  const Instant until = std::min(last + silence, since_ + longest_);
  return until > now ? std::optional(until) : std::nullopt;
}

}  // namespace starling::repair
