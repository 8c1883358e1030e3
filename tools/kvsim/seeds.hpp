#pragma once

#include <functional>

#include "kvsim/plan.hpp"
#include "kvsim/totals.hpp"

namespace starling::kvsim {

using OnResult = std::function<void(const sim::TrialResult& result, const Totals& so_far)>;

/// Runs all seeds of the plan, in as many threads as it says. `on_result` is called by one thread at
/// a time, in no particular order. Of many seeds, every twentieth runs twice: if its two runs
/// differ, something besides the seed decides what happens, and that is a violation too.
Totals run_seeds(const Plan& plan, const OnResult& on_result);

}  // namespace starling::kvsim
