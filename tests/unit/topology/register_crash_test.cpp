#include <doctest/doctest.h>

#include "schedules.hpp"

using namespace starling;
using namespace starling::topology::testing;

namespace {

/// Two at once, each for a ring of its own; `victim` crashes at this step and comes back later.
void decide(Assembly& assembly, std::size_t step, std::size_t victim) {
  assembly.before_event = [&](std::size_t event) {
    if (event == step) assembly.crash(victim);
  };
  assembly.propose(0, 10);
  assembly.propose(1, 20);
  assembly.run(10s);
  assembly.before_event = nullptr;
  if (!assembly.up(victim)) assembly.start(victim);
  for (std::size_t i = 0; i < assembly.size(); ++i)
    if (assembly.epoch(i) == Epoch{1}) assembly.propose(i, 30);
  assembly.run(20s);
}

}  // namespace

TEST_CASE("whoever crashes at whichever step, everybody goes by one ring in the end") {
  for (const std::size_t delegates : {2, 3}) {
    std::size_t steps = 0;
    {
      Assembly assembly(delegates);
      decide(assembly, ~0ULL, 0);
      steps = assembly.events();
    }
    REQUIRE(steps > 20);
    for (std::size_t step = 0; step < steps; ++step) {
      for (std::size_t victim = 0; victim < delegates; ++victim) {
        CAPTURE(delegates);
        CAPTURE(step);
        CAPTURE(victim);
        Assembly assembly(delegates);
        decide(assembly, step, victim);
        CHECK(assembly.contradictions == 0);
        for (std::size_t i = 0; i < delegates; ++i) CHECK(assembly.epoch(i) >= Epoch{2});
      }
    }
  }
}

TEST_CASE("in thousands of random histories no epoch has two rings, and there is progress afterwards") {
  std::uint64_t epochs = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    const auto outcome = random_schedule(seed);
    CHECK(outcome.contradictions == 0);
    CHECK(outcome.progress);
    epochs += outcome.epochs;
  }
  MESSAGE("decided in bad weather: " << epochs);
  CHECK(epochs > 2000);
}

TEST_CASE("whoever was rolled back and knows it, recollects its votes from the others") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    const auto outcome = random_schedule(seed, Directory::rolled_back);
    CHECK(outcome.contradictions == 0);
    CHECK(outcome.progress);
  }
}

TEST_CASE("whoever was rolled back and does not know it, can be why an epoch has two rings") {
  std::size_t contradicted = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed)
    if (random_schedule(seed, Directory::rolled_back_unnoticed).contradictions != 0) ++contradicted;
  MESSAGE("in " << contradicted << " of 1000 histories");
  CHECK(contradicted > 0);
}
