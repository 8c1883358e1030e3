#include <doctest/doctest.h>

#include "sim/trial.hpp"

using namespace starling;
using namespace starling::sim;

TEST_CASE("clusters of five keep their promises under whatever 200 seeds bring") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const TrialResult result = run_trial({.seed = seed, .hosts = 5});
    for (const auto& violation : result.violations)
      FAIL_CHECK("seed " << seed << ": " << violation.rule << ": " << violation.what
                         << "; replay it with: kvsim --seed " << seed << " --nodes 5");
  }
}

TEST_CASE("a seed is the same run each time, and another seed is another") {
  const TrialConfig config{.seed = 7, .hosts = 3, .faults_for = 5s};
  const TrialResult first = run_trial(config);
  CHECK(run_trial(config).trace == first.trace);
  CHECK(run_trial({.seed = 8, .hosts = 3, .faults_for = 5s}).trace != first.trace);
}
