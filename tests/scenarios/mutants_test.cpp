// The simulator's checks are trusted because each of these bugs, planted in the core, is found.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>

#include "sim/apart.hpp"
#include "sim/mutants.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr std::uint64_t seeds = 500;

struct Catch {
  std::uint64_t seed{};
  Finding finding;
};

std::optional<Catch> hunt() {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (Finding finding = run_apart({.seed = seed}); !finding.clean()) return Catch{seed, std::move(finding)};
  return std::nullopt;
}

}  // namespace

TEST_CASE("every planted bug is caught") {
  for (const Mutant& mutant : mutants()) {
    plant(mutant.bug);
    const auto caught = hunt();
    plant(Bug::none);
    CHECK_MESSAGE(caught, mutant.name);
    if (!caught) continue;
    CHECK_MESSAGE(run_apart({.seed = caught->seed}).clean(), "seed " << caught->seed << " without a bug");
    fmt::print("{:28} seed {:3}: {}\n", mutant.name, caught->seed, caught->finding.rules.front());
    std::fflush(stdout);
  }
}
