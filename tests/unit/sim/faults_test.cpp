#include "sim/faults.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace starling;
using namespace starling::sim;

namespace {

const Terrain five{.hosts = 5, .spare = 5, .forgetful = 2, .reserves = {}, .leavers = {}};
const Terrain five_that_change{.hosts = 5, .spare = 5, .forgetful = 2, .reserves = {6, 7}, .leavers = {2, 3}};

std::vector<Fault> draw(std::uint64_t seed, const Terrain& terrain = five) {
  Random random(seed);
  return draw_faults(random, terrain, Instant{1s}, 20s);
}

bool is_order(FaultKind kind) { return kind >= FaultKind::join; }
constexpr std::size_t orders = fault_kinds - static_cast<std::size_t>(FaultKind::join);

}  // namespace

TEST_CASE("some seeds draw many kinds and others few, several faults of each, and together they draw every kind") {
  std::map<FaultKind, std::size_t> drawn;
  std::size_t with_few = 0;
  std::size_t with_many = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::map<FaultKind, std::size_t> here;
    for (const Fault& fault : draw(seed)) ++here[fault.kind];
    CHECK(here.size() < fault_kinds);
    with_few += here.size() <= 4 ? 1 : 0;
    with_many += here.size() >= fault_kinds / 3 ? 1 : 0;
    for (const auto& [kind, times] : here) drawn[kind] += times;
  }
  CHECK(drawn.size() == fault_kinds - orders);
  CHECK(with_few > 10);
  CHECK(with_many > 10);
}

TEST_CASE("faults come in the order in which they begin, and each ends later") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Instant last{1s};
    for (const Fault& fault : draw(seed)) {
      CHECK(fault.begins >= last);
      CHECK(fault.ends > fault.begins);
      CHECK_FALSE(line_of(fault).empty());
      last = fault.begins;
    }
  }
}

TEST_CASE("where machines may join, an operator gives orders, and those machines are not spared") {
  std::map<FaultKind, std::size_t> drawn;
  std::size_t at_reserves = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    for (const Fault& fault : draw(seed, five_that_change)) {
      ++drawn[fault.kind];
      const bool named = fault.what.find("n6") != std::string::npos || fault.what.find("n7") != std::string::npos;
      at_reserves += !is_order(fault.kind) && named ? 1 : 0;
      CHECK_FALSE(line_of(fault).empty());
    }
  }
  CHECK(drawn.size() == fault_kinds);
  CHECK(at_reserves > 10);
}

TEST_CASE("faults that overlap add up, and leave nothing behind when all have ended") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    World world({.seed = seed, .hosts = 5});
    world.add_host();
    world.retire(5);
    const auto faults = draw(seed);
    for (const Fault& fault : faults) fault.begin(world);
    for (const Fault& fault : faults) fault.end(world);
    const Weather well;
    const Weather& now = world.network().weather();
    CHECK(now.delay_min == well.delay_min);
    CHECK(now.delay_spread == well.delay_spread);
    CHECK(now.late_per_mille == well.late_per_mille);
    CHECK(now.late_max == well.late_max);
    CHECK(now.loss_per_mille + now.twice_per_mille + now.corrupt_per_mille == 0);
    for (HostIndex host = 0; host < 5; ++host) {
      CHECK(world.host(host).disk().speed().slow_max == DiskSpeed{}.slow_max);
      CHECK_FALSE(world.host(host).frozen());
      for (HostIndex other = 0; other < 5; ++other) {
        CHECK_FALSE(world.network().links().blocked(host, other));
        CHECK_FALSE(world.network().links().clogged(host, other));
        CHECK(world.network().links().slowness(host, other) == 0s);
      }
    }
  }
}

TEST_CASE("only one machine of a run may lose what it has acknowledged") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world({.seed = seed, .hosts = 5});
    for (HostIndex more = 5; more < 8; ++more) {
      world.add_host();
      world.retire(more);
    }
    for (const Fault& fault : draw(seed, five_that_change)) {
      fault.begin(world);
      fault.end(world);
    }
    for (const Loss& loss : world.losses()) CHECK(loss.host == five.forgetful);
  }
}
