#pragma once

#include <vector>

#include "sim/dump.hpp"
#include "sim/key_history.hpp"
#include "sim/promises.hpp"
#include "sim/violation.hpp"

namespace starling::sim {

/// Rules 1 to 4 of the checker: what each replica holds of a key in the end, against all that was
/// ever asked and answered.
void check_ending(const History& history, const KeyHistory& key, const Promises& promises,
                  const std::vector<Holding>& holdings, Verdict& verdict);

}  // namespace starling::sim
