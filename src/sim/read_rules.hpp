#pragma once

#include "sim/key_history.hpp"
#include "sim/promises.hpp"
#include "sim/violation.hpp"

namespace starling::sim {

/// Rule 7 of the checker: what each read of a key returned, against what was written before it.
void check_reads(const KeyHistory& key, const Promises& promises, Verdict& verdict);

}  // namespace starling::sim
