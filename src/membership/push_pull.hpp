#pragma once

#include <vector>

#include "base/random.hpp"
#include "membership/config.hpp"
#include "membership/schedule.hpp"
#include "membership/view.hpp"

namespace starling::membership {

/// The exchange of the whole state over a stream: what gossip missed, this finds. Rare, and rarer in
/// large clusters, where it is more to send. Until the first answer after a start it is tried in each
/// probe period, for a node that has just come knows little. When somebody returned from the dead, the
/// next round is hurried: many may have, and gossip about many at once passes one or other of us by.
class PushPullRounds {
 public:
  PushPullRounds(const Profile& profile, Random random) : profile_(profile), random_(random) {}

  void start(Instant now) { next_ = now; }
  bool take_due(Instant now, std::size_t members);
  /// Within a few probe periods, though not all of us at once.
  void hurry(Instant now);
  void on_answer() { answered_ = true; }
  bool answered() const { return answered_; }
  Instant deadline() const { return next_; }

 private:
  /// A uniform part of `span`.
  Duration any_of(Duration span) { return Duration(random_.below(static_cast<std::uint64_t>(span.count()))); }

  Profile profile_;
  Random random_;
  Instant next_{never};
  bool answered_{};
};

/// The profile's period, once more for every doubling of the cluster beyond 32 members.
Duration push_pull_period(const Profile& profile, std::size_t members);

/// What another's whole state says, as it is to be believed. A death that it knows of is, for a member
/// whom we hold for alive, only a suspicion: they may have been on two sides of a partition, and the
/// member can refute. An exchange is no probe: it adds no accuser of its own.
wire::MemberUpdate as_hearsay(wire::MemberUpdate said, const Members& members);

/// Everything we know, ourselves first.
std::vector<wire::MemberUpdate> whole_state(const View& view);

}  // namespace starling::membership
