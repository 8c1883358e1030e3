#include <doctest/doctest.h>

#include "town.hpp"

using namespace starling;
using topology::testing::Town;

namespace {

constexpr std::size_t houses = 3;

void found(Town& town) { town.init(0, {Town::address_of(1), Town::address_of(2)}); }

/// Everybody is in one cluster or nobody is in any, and nobody still waits.
void check_all_or_none(Town& town) {
  for (std::size_t house = 0; house < houses; ++house) {
    CHECK(town.cluster_of(house) == town.cluster_of(0));
    // Beside a ring, a proposal that a crash left behind means nothing any more.
    if (!town.cluster_of(house)) CHECK_FALSE(town[house].records.contains(topology::proposal_record_name));
  }
}

std::size_t events_of_a_whole_founding() {
  Town town(houses);
  found(town);
  town.run(60s);
  return town.events();
}

}  // namespace

TEST_CASE("whoever crashes at whichever step, the cluster is founded by all or by none") {
  std::size_t founded = 0;
  for (std::size_t step = 0; step < events_of_a_whole_founding(); ++step) {
    for (std::size_t victim = 0; victim < houses; ++victim) {
      CAPTURE(step);
      CAPTURE(victim);
      Town town(houses);
      town.before_event = [&](std::size_t event) {
        if (event == step) town.crash(victim);
      };
      found(town);
      town.run(30s);
      town.before_event = nullptr;
      if (!town[victim].founding) town.start(victim);
      town.run(300s);
      check_all_or_none(town);
      if (town.cluster_of(0)) ++founded;
    }
  }
  CHECK(founded > 0);  // some of the crashes came late enough
}

TEST_CASE("a client that was told of a cluster has one, whoever crashes") {
  for (std::size_t step = 0; step < events_of_a_whole_founding(); ++step) {
    Town town(houses);
    town.before_event = [&](std::size_t event) {
      if (event == step) town.crash(0);
    };
    found(town);
    town.run(30s);
    const bool told = !town[0].replies.empty() && std::holds_alternative<port::InitReply>(town[0].replies.front());
    if (!told) continue;
    if (!town[0].founding) town.start(0);
    town.run(300s);
    CHECK(town.cluster_of(0));
    check_all_or_none(town);
  }
}

TEST_CASE("with any messages lost, the cluster is founded by all or by none") {
  std::size_t founded = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Town town(houses, seed);
    town.lose(seed % 2 == 0 ? 30 : 60);
    found(town);
    town.run(20s);
    town.lose(0);
    town.run(300s);
    check_all_or_none(town);
    if (town.cluster_of(0)) ++founded;
  }
  CHECK(founded > 50);
  CHECK(founded < 200);  // else nothing was tried
}
