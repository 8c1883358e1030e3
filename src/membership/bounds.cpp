#include "membership/bounds.hpp"

#include "membership/dissemination.hpp"
#include "membership/suspicion.hpp"

namespace starling::membership {

Duration spread_bound(const Profile& profile, std::size_t members) {
  return profile.gossip_period * sends_max(profile.retransmit_multiplier, members);
}

Duration certain_detection_bound(const Profile& profile, std::size_t members) {
  return profile.probe_period * (2 * members) + SuspicionSpan::of(profile, members).max +
         spread_bound(profile, members);
}

Duration likely_detection_bound(const Profile& profile, std::size_t members) {
  return profile.probe_period * 21 + SuspicionSpan::of(profile, members).min + 2 * spread_bound(profile, members);
}

Duration start_bound(const Profile& profile, std::size_t members) {
  const std::size_t sends = members * sends_max(profile.retransmit_multiplier, members);
  const std::size_t sends_in_period = std::size_t{10} * profile.gossip_fanout;
  return profile.probe_period * 2 + profile.gossip_period * (sends / sends_in_period + 1) +
         spread_bound(profile, members);
}

Duration healing_bound(const Profile& profile, std::size_t members) {
  return profile.probe_period * 16 + 3 * spread_bound(profile, members);
}

}  // namespace starling::membership
