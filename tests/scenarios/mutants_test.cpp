// The simulator's checks are trusted because each of these bugs, planted in the core, is found.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "histories/histories.hpp"
#include "sim/apart.hpp"
#include "sim/mutants.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::uint64_t seeds = 500;

/// With the bug, in a process of its own.
template <class Run>
Finding run_with(Bug bug, const Run& run) {
  plant(bug);
  Finding finding = run_apart(run);
  plant(Bug::none);
  return finding;
}

void tell(const Mutant& mutant, const std::string& how) {
  fmt::print("{:28} {}\n", mutant.name, how);
  std::fflush(stdout);
}

void hunt_by_seeds(const Mutant& mutant) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrialConfig trial{.seed = seed};
    const Finding finding = run_with(mutant.bug, trial);
    if (finding.clean()) continue;
    CHECK_MESSAGE(run_apart(trial).clean(), "seed " << seed << " without a bug");
    return tell(mutant, fmt::format("seed {:3}: {}", seed, finding.rules.front()));
  }
  FAIL_CHECK(mutant.name << " is not found by any seed");
}

void live_through_history(const Mutant& mutant) {
  const auto history = history_of(mutant.bug);
  REQUIRE_MESSAGE(history, mutant.name << " has no history");
  const Finding without = run_apart(history->live);
  CHECK_MESSAGE(without.clean(), mutant.name << ": its history without a bug: " << without.last_words);
  const Finding finding = run_with(mutant.bug, history->live);
  CHECK_MESSAGE(std::ranges::find(finding.rules, history->rule) != finding.rules.end(), mutant.name);
  tell(mutant, fmt::format("{}: {}", history->rule, history->what));
}

}  // namespace

TEST_CASE("every planted bug that drawn lives meet is caught by a seed") {
  for (const Mutant& mutant : mutants())
    if (!mutant.needs_history) hunt_by_seeds(mutant);
}

TEST_CASE("every other planted bug is caught by a history that leads up to it") {
  for (const Mutant& mutant : mutants())
    if (mutant.needs_history) live_through_history(mutant);
}
