#include "kvsim/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace starling::kvsim {

std::string replay_command(const Plan& plan, const sim::TrialConfig& trial) {
  std::string command = fmt::format("kvsim --seed {} --nodes {}", trial.seed, trial.hosts);
  if (trial.engine == sim::EngineKind::sqlite) command += " --engine sqlite";
  if (trial.ring_changes == sim::RingChanges::never) command += " --ring-changes never";
  if (trial.ring_changes == sim::RingChanges::always) command += " --ring-changes always";
  if (plan.mutant) command += fmt::format(" --mutant {}", plan.mutant->name);
  if (trial.only)
    command += trial.only->empty() ? " --only none" : fmt::format(" --only {}", fmt::join(*trial.only, ","));
  if (trial.stop_after) command += fmt::format(" --stop-after {}ms", *trial.stop_after / std::chrono::milliseconds(1));
  return command;
}

}  // namespace starling::kvsim
