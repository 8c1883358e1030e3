#include <doctest/doctest.h>

#include "base/planted.hpp"
#include "schedules.hpp"

using namespace starling;
using namespace starling::topology::testing;

TEST_CASE("an acceptor that forgets its promises is noticed: two proposers decide one epoch") {
  planted_bug = Bug::promise_forgotten;
  std::size_t noticed = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed)
    if (random_schedule(seed).contradictions != 0) ++noticed;
  planted_bug = Bug::none;
  MESSAGE("noticed in " << noticed << " of 300 histories");
  CHECK(noticed > 0);
}

TEST_CASE("without the bug the same histories have no contradictions") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) CHECK(random_schedule(seed).contradictions == 0);
}
