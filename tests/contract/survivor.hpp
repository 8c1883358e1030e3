#pragma once

#include <set>
#include <string>
#include <vector>

#include "contract/machine.hpp"

namespace starling::test {

/// What a stop may have left, and what must be true of it.
struct Expectation {
  std::vector<Dump> states;      ///< it is in one of these
  Generation generation;         ///< the highest that a boot has returned
  std::set<causal::Dot> issued;  ///< all dots that were answered
  storage::Durability durability = storage::Durability::full;
};

/// Opens what was left as the next process would, and goes on working with it. Says what is wrong; "" for nothing.
///
/// Wrong would be: it does not open or boot, is in none of the expected states, fails its integrity
/// check, tells of damage, boots under a generation that was used, has a row with a dot that its
/// partition has not seen, issues a dot that was issued, or loses what is written now when the power
/// fails (without full durability: ends up in the middle of it).
std::string fault_of(sim::vfs::FileSystem left, const Expectation& expected);

}  // namespace starling::test
