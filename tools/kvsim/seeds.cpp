#include "kvsim/seeds.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "kvsim/last_words.hpp"

namespace starling::kvsim {

namespace {

constexpr std::uint64_t repeated_one_in = 20;

class Runs {
 public:
  Runs(const Plan& plan, const OnResult& on_result) : plan_(plan), on_result_(on_result), next_(plan.seed) {}

  Totals go() {
    {
      std::vector<std::jthread> others;
      for (std::size_t job = 1; job < plan_.jobs; ++job) others.emplace_back([this] { work(); });
      work();
    }
    return std::move(totals_);
  }

 private:
  void work() {
    for (std::uint64_t seed = next_++; plan_.has(seed); seed = next_++) {
      const sim::TrialConfig trial = plan_.trial(seed);
      const LastWords words("kvsim: replay it with: " + replay_command(plan_, trial) + "\n");
      sim::TrialResult result = sim::run_trial(trial);
      const bool repeat = plan_.seeds > 1 && seed % repeated_one_in == 0;
      if (repeat) compare(result, sim::run_trial(trial));
      const std::lock_guard lock(reporting_);
      totals_.add(result, repeat);
      on_result_(result, totals_);
    }
  }

  static void compare(sim::TrialResult& first, const sim::TrialResult& second) {
    if (first.trace == second.trace) return;
    first.violations.push_back(
        {"same run", fmt::format("the trace hash of the second run of this seed is {:016x}", second.trace), {}});
  }

  const Plan& plan_;
  const OnResult& on_result_;
  std::atomic<std::uint64_t> next_;
  std::mutex reporting_;
  Totals totals_;
};

}  // namespace

Totals run_seeds(const Plan& plan, const OnResult& on_result) { return Runs(plan, on_result).go(); }

}  // namespace starling::kvsim
