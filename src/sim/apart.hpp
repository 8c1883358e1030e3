#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/trial.hpp"

namespace starling::sim {

/// How a run ended that had a process of its own.
struct Finding {
  std::vector<std::string> rules;  ///< those that were broken; "invariant" where ensure() ended the run
  std::string last_words;          ///< of ensure()

  bool clean() const { return rules.empty(); }
};

/// A broken invariant ends its process; here that is a finding like any other. For a program that
/// runs no other threads.
Finding run_apart(const std::function<std::vector<Violation>()>& run);
Finding run_apart(const TrialConfig& config);

}  // namespace starling::sim
