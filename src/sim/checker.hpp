#pragma once

#include <string>
#include <vector>

#include "sim/history.hpp"

namespace starling::sim {

/// A promise that was broken.
struct Violation {
  std::string rule;
  std::string what;
  std::size_t key{};
};

/// Holds a history against what Starling promises about one key at a time. "Seen" are writes that
/// were acknowledged before a read began, the read and the write both at a majority or one of them at all.
///
/// - no loss: a read returns every seen put, or something that was written over it, or it was
///   deleted (by a delete that was acknowledged or is in doubt);
/// - no phantom: a read returns nothing that was refused, never written, or written differently;
/// - no resurrection: a read returns nothing that a seen put or delete was written over;
/// - antichain: of two values that a read returns, neither was written over the other;
/// - context: a read of a key that was written comes with a context, also when it finds nothing.
std::vector<Violation> check(const History& history);

}  // namespace starling::sim
