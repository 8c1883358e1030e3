#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "sim/mutants.hpp"
#include "sim/trial.hpp"

namespace starling::kvsim {

/// What was asked for.
struct Plan {
  std::uint64_t seed = 1;   ///< the first
  std::uint64_t seeds = 1;  ///< counting up
  std::size_t jobs = 1;
  std::size_t nodes = 5;
  sim::EngineKind engine = sim::EngineKind::memory;
  const sim::Mutant* mutant{};                          ///< the bug that is planted, if any
  std::optional<std::set<std::size_t>> only;            ///< of the drawn faults; without it all of them
  std::optional<std::chrono::milliseconds> stop_after;  ///< of simulated time: then the cluster is healed
  sim::RingChanges ring_changes = sim::RingChanges::by_seed;
  bool minimize{};
  bool list_mutants{};
  bool json{};

  sim::TrialConfig trial(std::uint64_t of_seed) const {
    return {.seed = of_seed,
            .hosts = nodes,
            .engine = engine,
            .ring_changes = ring_changes,
            .only = only,
            .stop_after = stop_after};
  }
  bool has(std::uint64_t some_seed) const { return some_seed - seed < seeds; }
};

/// The one command that runs this trial again.
std::string replay_command(const Plan& plan, const sim::TrialConfig& trial);

}  // namespace starling::kvsim
