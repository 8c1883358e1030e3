#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/checker.hpp"
#include "sim/convergence.hpp"
#include "sim/fault.hpp"
#include "sim/setting.hpp"
#include "sim/world.hpp"

namespace starling::sim {

struct TrialConfig {
  std::uint64_t seed = 1;
  std::size_t hosts = 5;  ///< that found the cluster; fewer in some seeds in which it grows
  EngineKind engine = EngineKind::memory;
  Duration faults_for = 20s;  ///< some seeds take their time, and four times as long
  /// After the last fault each step of the way back must be done within this: see Recovery.
  Duration recovery = 60s;
  Convergence convergence = Convergence::by_itself;
  RingChanges ring_changes = RingChanges::by_seed;
  /// Of the faults that are drawn, those that happen, by their number; without it all of them. What is drawn is the
  /// same either way.
  std::optional<std::set<std::size_t>> only;
  /// Everything is put right after so long already. What comes before is the same.
  std::optional<Duration> stop_after;
};

struct TrialResult {
  std::uint64_t seed{};
  std::uint64_t trace{};
  std::uint64_t events{};
  std::size_t done{};
  std::size_t refused{};
  std::size_t in_doubt{};
  std::size_t stood_in{};  ///< of those done: writes that stand-ins were needed for
  std::size_t actors{};    ///< under how many names dots were issued
  Epoch epoch;             ///< of the last ring
  Duration simulated{};
  Duration recovered_in{};
  std::map<std::size_t, Fault> faults;  ///< those that were not left out, by their number
  std::map<FaultKind, std::size_t> faults_by_kind;
  std::vector<Violation> violations;
  std::string story;  ///< of the first key with a violation
};

/// One seed: found a cluster, let clients work while things go wrong (safety), then heal a core of
/// nodes and demand that they make progress and converge in time (liveness), then check what the
/// clients saw and what every replica holds. Some seeds leave one node dead for ever.
TrialResult run_trial(const TrialConfig& config);

/// How long things go wrong in it.
Duration length_of(const TrialConfig& config);

/// What would go wrong in it, by number.
std::map<std::size_t, Fault> faults_of(const TrialConfig& config);

}  // namespace starling::sim
