#include "kvsim/smallest.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using starling::kvsim::smallest_failing;
using starling::kvsim::Subset;

namespace {

Subset numbers(std::size_t count) {
  Subset all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

bool has(const Subset& some, std::size_t number) { return std::ranges::find(some, number) != some.end(); }

}  // namespace

TEST_CASE("what a failure needs is left, in its order, and nothing else") {
  const auto fails = [](const Subset& some) { return has(some, 3) && has(some, 17) && has(some, 18); };
  CHECK(smallest_failing(numbers(30), fails) == Subset{3, 17, 18});
}

TEST_CASE("a failure that needs nothing is left with nothing, in one try") {
  int tries = 0;
  CHECK(smallest_failing(numbers(30), [&](const Subset&) { return ++tries > 0; }).empty());
  CHECK(tries == 1);
}

TEST_CASE("of two reasons one is left") {
  const auto fails = [](const Subset& some) { return has(some, 2) || (has(some, 7) && has(some, 8)); };
  const Subset left = smallest_failing(numbers(10), fails);
  CHECK((left == Subset{2} || left == Subset{7, 8}));
}

TEST_CASE("what can go only after something else has gone goes too") {
  const auto fails = [](const Subset& some) { return has(some, 5) && (!has(some, 1) || has(some, 2)); };
  CHECK(smallest_failing({2, 1, 5}, fails) == Subset{5});
}

TEST_CASE("nothing is left of nothing") {
  CHECK(smallest_failing({}, [](const Subset&) { return true; }).empty());
}
