#pragma once

#include "bench/ledger.hpp"
#include "bench/plan.hpp"
#include "starling/client.hpp"

namespace starling::bench {

/// Whether the workload overwrites keys it has not read itself.
bool needs_contexts(Workload workload);

/// Reads through the bucket and keeps each key's context, so that the updates that follow replace
/// what is there, as an application's would, and are nothing but updates. Returns how many of the
/// benchmark's keys it found.
api::Result<std::uint64_t> learn_contexts(api::Client& client, const Plan& plan, Ledger& ledger);

}  // namespace starling::bench
