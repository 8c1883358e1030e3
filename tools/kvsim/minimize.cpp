#include "kvsim/minimize.hpp"

#include <algorithm>

#include "kvsim/smallest.hpp"

namespace starling::kvsim {

namespace {

using namespace std::chrono_literals;

class Minimizing {
 public:
  Minimizing(sim::TrialConfig trial, sim::Finding finding) : shortest_{std::move(trial), std::move(finding), 0, 0} {}

  Shortest go() {
    const auto faults = sim::faults_of(shortest_.trial);
    shortest_.faults_before = faults.size();
    cut_short();
    leave_out_faults(faults);
    cut_short();
    return std::move(shortest_);
  }

 private:
  /// The failure stays if one of its rules is still broken; another failure would be another story.
  bool try_out(const sim::TrialConfig& trial) {
    ++shortest_.runs;
    sim::Finding found = sim::run_apart(trial);
    const auto known = [this](const std::string& rule) {
      return std::ranges::find(shortest_.finding.rules, rule) != shortest_.finding.rules.end();
    };
    if (!std::ranges::any_of(found.rules, known)) return false;
    shortest_.trial = trial;
    shortest_.finding = std::move(found);
    return true;
  }

  /// A longer run need not fail where a shorter one does, but halving finds a short one all the same.
  void cut_short() {
    sim::TrialConfig trial = shortest_.trial;
    Duration longest = trial.stop_after.value_or(sim::length_of(trial));
    for (Duration too_short = 0ms; longest - too_short > 50ms;) {
      trial.stop_after = std::chrono::floor<std::chrono::milliseconds>((longest + too_short) / 2);
      (try_out(trial) ? longest : too_short) = *trial.stop_after;
    }
  }

  void leave_out_faults(const std::map<std::size_t, sim::Fault>& faults) {
    sim::TrialConfig trial = shortest_.trial;
    Subset all;
    for (const auto& [number, fault] : faults) all.push_back(number);
    smallest_failing(std::move(all), [&](const Subset& some) {
      trial.only.emplace(some.begin(), some.end());
      return try_out(trial);
    });
  }

  Shortest shortest_;
};

}  // namespace

std::optional<Shortest> minimize(const Plan& plan) {
  for (std::uint64_t seed = plan.seed; plan.has(seed); ++seed) {
    const sim::TrialConfig trial = plan.trial(seed);
    if (sim::Finding finding = sim::run_apart(trial); !finding.clean())
      return Minimizing(trial, std::move(finding)).go();
  }
  return std::nullopt;
}

}  // namespace starling::kvsim
