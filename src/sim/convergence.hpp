#pragma once

#include <cstdint>
#include <vector>

#include "sim/dump.hpp"
#include "sim/violation.hpp"

namespace starling::sim {

/// Rule 5 of the checker. The same live siblings, dot for dot: contexts differ by what each replica
/// has seen, and tombstones go at different times.
void check_convergence(const std::vector<Holding>& holdings, const std::vector<Owing>& owings, Verdict& verdict);

/// Whether that rule is kept.
bool converged(const Dump& dump);

/// Who brings replicas of a healed cluster to the same state, and so when that is demanded of them.
enum class Convergence : std::uint8_t {
  by_reads,   ///< a client reads each key at all of them, once
  by_itself,  ///< nobody
};

}  // namespace starling::sim
