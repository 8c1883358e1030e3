#include "membership/push_pull.hpp"

#include <algorithm>

namespace starling::membership {

namespace {

constexpr std::size_t small_cluster = 32;

}  // namespace

bool PushPullRounds::take_due(Instant now, std::size_t members) {
  if (now < next_) return false;
  if (!answered_) {
    next_ = now + profile_.probe_period;
    return true;
  }
  // Spread by a random half, so that nodes started together do not exchange together.
  const Duration period = push_pull_period(profile_, members);
  next_ = now + period * 3 / 4 + any_of(period / 2);
  return true;
}

void PushPullRounds::hurry(Instant now) {
  next_ = std::min(next_, now + profile_.probe_period * 2 + any_of(profile_.probe_period * 4));
}

Duration push_pull_period(const Profile& profile, std::size_t members) {
  Duration period = profile.push_pull_period;
  for (std::size_t reach = small_cluster; reach < members; reach *= 2) period += profile.push_pull_period;
  return period;
}

wire::MemberUpdate as_hearsay(wire::MemberUpdate said, const Members& members) {
  if (said.state == wire::MemberState::dead && members.is_live(said.node)) said.state = wire::MemberState::suspect;
  return said;
}

std::vector<wire::MemberUpdate> whole_state(const View& view) {
  std::vector<wire::MemberUpdate> state{view.self().statement()};
  state.reserve(view.members().all().size() + 1);
  for (const auto& [node, member] : view.members().all()) state.push_back(member);
  return state;
}

}  // namespace starling::membership
