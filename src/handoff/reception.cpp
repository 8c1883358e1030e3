#include "handoff/reception.hpp"

#include <algorithm>

#include "port/rest.hpp"

namespace starling::handoff {

namespace {

/// Of the time, while a node serves somebody: what it was away from is to be on it again soon.
constexpr int others_share = 2;

}  // namespace

void Reception::start(Instant now) { next_turn_ = now + 1s; }

void Reception::on_message(NodeId from, const wire::HandoffOffer& offer, const View& view, port::Outbox& out) {
  end_turn(from, view);
  if (offer.hints != 0) out.send(from, grant(from, offer, view));
}

void Reception::end_turn(NodeId from, const View& view) {
  std::erase_if(grants_, [&](const auto& entry) { return entry.second.until <= view.now; });
  const auto ended = grants_.extract(from);
  if (ended.empty() || view.quiet()) return;
  turn_ = std::max(view.now - ended.mapped().since, Duration::zero());
  next_turn_ = std::max(next_turn_, view.now + port::rest_after(turn_, others_share));
}

wire::HandoffGrant Reception::grant(NodeId from, const wire::HandoffOffer& offer, const View& view) {
  const Instant since = std::max(view.now, next_turn_);
  const std::uint32_t free = since < view.now + config_.patience ? config_.credits - granted(view.now) : 0;
  const auto credits = static_cast<std::uint32_t>(std::min<std::uint64_t>({offer.hints, config_.batch, free}));
  if (credits == 0) return {.request = offer.request};
  grants_[from] = {credits, since, since + config_.patience};
  if (!view.quiet()) next_turn_ = since + turn_ + port::rest_after(turn_, others_share);
  return {offer.request, credits, since - view.now};
}

std::uint32_t Reception::granted(Instant now) const {
  std::uint32_t sum = 0;
  for (const auto& [sender, grant] : grants_)
    if (grant.until > now) sum += grant.credits;
  return sum;
}

}  // namespace starling::handoff
