#include "sim/setting.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::sim;

TEST_CASE(
    "where the ring changes some clusters begin small, some transfers and repairs are slow, some clients are loyal") {
  int small = 0, slow_transfers = 0, slow_repairs = 0, loyal = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Setting setting(seed, 5, RingChanges::always);
    CHECK(setting.hosts >= 1);
    CHECK(setting.hosts <= 5);
    small += setting.hosts < 5 ? 1 : 0;
    slow_transfers += setting.node.transfer.rate < 100'000 ? 1 : 0;
    slow_repairs += setting.node.repair.interval > 10s ? 1 : 0;
    loyal += setting.loyal_percent > 0 ? 1 : 0;
  }
  for (const int some : {small, slow_transfers, slow_repairs, loyal}) {
    CHECK(some > 10);
    CHECK(some < 90);
  }
}

TEST_CASE("where it does not, every cluster is founded whole") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Setting setting(seed, 5, RingChanges::never);
    CHECK_FALSE(setting.ring_changes);
    CHECK(setting.hosts == 5);
  }
}
