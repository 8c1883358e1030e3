#include "base/planted.hpp"

#include <doctest/doctest.h>

using namespace starling;

TEST_CASE("outside of the simulator no bug is planted, and the compiler knows it") {
  static_assert(!planted(Bug::actor_reused));
  static_assert(!planted(Bug::none));
}
