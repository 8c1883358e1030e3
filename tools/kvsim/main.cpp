// kvsim: a whole Starling cluster in one thread, from one number. A seed replays itself.

#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "kvsim/flags.hpp"
#include "kvsim/minimize.hpp"
#include "kvsim/progress.hpp"
#include "kvsim/report.hpp"
#include "kvsim/seeds.hpp"

namespace {

using namespace starling;
using namespace starling::kvsim;

constexpr int broken = 1;
constexpr int misused = 2;

int run_all(const Plan& plan) {
  const auto began = std::chrono::steady_clock::now();
  Progress progress(plan.seeds);
  const Totals totals = run_seeds(plan, [&](const sim::TrialResult& result, const Totals& so_far) {
    if (plan.json || plan.seeds == 1 || !result.violations.empty()) {
      progress.clear();
      print_result(plan, result);
    }
    progress.show(so_far);
  });
  progress.clear();
  if (plan.seeds > 1) print_totals(plan, totals, std::chrono::steady_clock::now() - began);
  return totals.broken == 0 ? 0 : broken;
}

int run_shortest(const Plan& plan) {
  const auto shortest = minimize(plan);
  if (!shortest) {
    fmt::print("nothing is broken, so there is nothing to minimize\n");
    return 0;
  }
  fmt::print("seed {}: of {} faults {} are left after {} runs\n", shortest->trial.seed, shortest->faults_before,
             shortest->trial.only ? shortest->trial.only->size() : shortest->faults_before, shortest->runs);
  if (shortest->finding.last_words.empty()) {
    print_story(plan, shortest->trial, sim::run_trial(shortest->trial));
  } else {
    for (const auto& [number, fault] : sim::faults_of(shortest->trial))
      fmt::print("  {:3} {}\n", number, sim::line_of(fault));
    fmt::print("{}replay it with: {}\n", shortest->finding.last_words, replay_command(plan, shortest->trial));
  }
  return broken;
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  auto flags = program_flags(plan);
  try {
    flags->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return flags->exit(error, std::cout, std::cerr) == 0 ? 0 : misused;
  }
  if (plan.list_mutants) {
    print_mutants();
    return 0;
  }
  if (plan.mutant) sim::plant(plan.mutant->bug);
  return plan.minimize ? run_shortest(plan) : run_all(plan);
}
