#include "base/random.hpp"

#include <doctest/doctest.h>

#include <array>

#include "base/hash.hpp"

using namespace starling;

TEST_CASE("the same seed gives the same numbers, for ever") {
  Random random(1);
  CHECK(random.next() == 12966619160104079557ULL);
  CHECK(random.next() == 9600361134598540522ULL);
}

TEST_CASE("below is even over its range") {
  Random random(7);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts.at(random.below(10));
  for (int count : counts) CHECK(count == doctest::Approx(10'000).epsilon(0.05));
}

TEST_CASE("a mac depends on the secret and on every byte") {
  const Secret secret{1, 2, 3};
  Secret other = secret;
  other[15] = 1;
  CHECK(mac_of(secret, "abc") == mac_of(secret, "abc"));
  CHECK(mac_of(secret, "abc") != mac_of(other, "abc"));
  CHECK(mac_of(secret, "abc") != mac_of(secret, "abd"));
}
