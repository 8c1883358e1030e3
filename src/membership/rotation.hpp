#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "membership/members.hpp"

namespace starling::membership {

/// Whom to probe next: everybody once in a random order, then again in another (SWIM §4.3). So a
/// crash is noticed within 2n − 1 periods for certain, and not only probably soon.
class Rotation {
 public:
  /// A newcomer gets a random place among those of this round.
  void add(NodeId node, Random& random);
  /// Nothing where there is nobody to probe.
  std::optional<NodeId> next(const Members& members, Random& random);

 private:
  std::vector<NodeId> round_;
  std::size_t at_{};
};

}  // namespace starling::membership
