#pragma once

#include <optional>
#include <vector>

#include "base/address.hpp"
#include "membership/members.hpp"
#include "membership/schedule.hpp"

namespace starling::membership {

/// Gossip to the dead and to absent seeds, for ever: a partition of any length ends in one cluster
/// again, and a node that everybody lost finds somebody who listens. Each is tried by about two live
/// members in a probe period, however large the cluster: so a node that is really gone costs little, and
/// one that is back is found within a few periods (after m of them it is still missed with
/// probability e^−2m).
class Outreach {
 public:
  Outreach(Duration period, Random random) : period_(period), random_(random) {}

  void start(Instant now) { next_ = now; }
  void set_seeds(std::vector<Address> seeds) { seeds_ = std::move(seeds); }

  struct Contact {
    Address address;
    NodeId node;  ///< zero: a seed
  };
  /// Takes this period's turn: whom to try now, if anybody.
  std::optional<Contact> take_turn(const Members& members, Address ourselves, Instant now);
  /// Someone of those that we miss, at once.
  std::optional<Contact> choose(const Members& members, Address ourselves);

  Instant deadline() const { return next_; }

 private:
  std::vector<Contact> missed(const Members& members, Address ourselves) const;

  Duration period_;
  Random random_;
  std::vector<Address> seeds_;
  Instant next_{never};
};

}  // namespace starling::membership
