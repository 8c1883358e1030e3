#include "handoff/reception.hpp"

#include <algorithm>

namespace starling::handoff {

void Reception::on_message(NodeId from, const wire::HandoffOffer& offer, Instant now, port::Outbox& out) {
  grants_.erase(from);
  if (offer.hints == 0) return;
  std::erase_if(grants_, [&](const auto& entry) { return entry.second.until <= now; });
  const std::uint32_t free = config_.credits - granted(now);
  const auto credits = static_cast<std::uint32_t>(std::min<std::uint64_t>({offer.hints, config_.batch, free}));
  if (credits != 0) grants_[from] = {credits, now + config_.patience};
  out.send(from, wire::HandoffGrant{offer.request, credits});
}

std::uint32_t Reception::granted(Instant now) const {
  std::uint32_t sum = 0;
  for (const auto& [sender, grant] : grants_)
    if (grant.until > now) sum += grant.credits;
  return sum;
}

}  // namespace starling::handoff
