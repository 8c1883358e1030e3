#pragma once

#include <cstddef>

#include "base/time.hpp"
#include "membership/config.hpp"

/// How long the cluster takes to agree, as formulas. P is the probe period, n the number of members,
/// "likely" means: missed less than once in a million times. All for members that are healthy (each step
/// of the local health multiplier adds a P to every probe) and a network that delivers.
namespace starling::membership {

/// One update to everybody by gossip: a gossip period for each of its λ·⌈log10(n+1)⌉ sends. That is
/// generous, for each period passes it on to several and the number who know it multiplies.
Duration spread_bound(const Profile& profile, std::size_t members);

/// From a crash until everybody knows of the death, for certain (SWIM §4.3): the rotation comes round
/// within 2n − 1 periods, one more for the verdict; the longest suspicion; the spread.
///     2n·P + max suspicion + spread
Duration certain_detection_bound(const Profile& profile, std::size_t members);

/// Likewise, likely: the number of accusers after m periods is about Poisson distributed with mean m, so
/// after 20 there are the three that bring a suspicion down to its minimum.
///     21·P + min suspicion + 2·spread (the accusations, then the verdict)
Duration likely_detection_bound(const Profile& profile, std::size_t members);

/// From n nodes starting at once with one seed until all know all: two periods to reach the seed, then n
/// updates, ten in a datagram, as many times as each is sent; the spread of the last.
///     2·P + gossip period · n · sends / (10 · fanout) + spread
Duration start_bound(const Profile& profile, std::size_t members);

/// From the end of a partition until all see all alive, likely: every period each of the missed is tried by
/// at least one of the others on average, so after 16 one of a hundred is missed with probability
/// 10⁻⁵; the refutation it provokes spreads, and so do those which the exchange of states provokes.
///     16·P + 3·spread
Duration healing_bound(const Profile& profile, std::size_t members);

}  // namespace starling::membership
