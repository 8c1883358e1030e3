#pragma once

#include "base/error.hpp"
#include "runtime/settings.hpp"

namespace starling::runtime {

/// Runs a node until it is asked to stop. The error, if any, is a sentence for the operator: why
/// it could not start, or why it must not go on.
Result<> serve(const Settings& settings);

}  // namespace starling::runtime
