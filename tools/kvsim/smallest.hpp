#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace starling::kvsim {

using Subset = std::vector<std::size_t>;
using Fails = std::function<bool(const Subset&)>;

/// A part of `all` that still fails and no longer does when any single one is left out: ddmin of
/// Zeller and Hildebrandt (Simplifying and Isolating Failure-Inducing Input, IEEE TSE 2002).
/// `all` fails, and need not fail for one reason alone.
Subset smallest_failing(Subset all, const Fails& fails);

}  // namespace starling::kvsim
