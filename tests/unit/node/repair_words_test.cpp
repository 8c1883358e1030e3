#include "node/repair_words.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::node;

namespace {

constexpr NodeId n2{2};
constexpr NodeId n3{3};

/// Four partitions with two copies each, all verified a minute ago.
port::RepairStatusReply well() {
  port::RepairStatusReply status{.interval = 10min, .kept_for = 24h, .peers = {}, .partitions = {}};
  status.peers.push_back({.node = n2, .name = "n2", .reachable = true, .owed_for = {}});
  status.peers.push_back({.node = n3, .name = "n3", .reachable = true, .owed_for = {}});
  for (std::uint16_t p = 0; p < 4; ++p)
    status.partitions.push_back(
        {.partition = {p}, .copies = {{n2, 1min, false}, {n3, 1min, false}}, .tombstones = 0, .waits_for = {}});
  return status;
}

}  // namespace

TEST_CASE("replicas that are verified in time are no problem") { CHECK(repair_problems(well()).empty()); }

TEST_CASE("partitions that were not verified in time are told with their number, since when and why") {
  auto status = well();
  status.peers[1].reachable = false;
  status.partitions[0].copies[1].verified = 3h;
  status.partitions[2].copies[1].verified = 2h;
  const auto problems = repair_problems(status);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what == "2 of 4 partitions last verified 3 h ago, because node 'n3' is down");
  CHECK(problems[0].advice.starts_with("start it again"));
}

TEST_CASE("a node that answers and cannot be verified is told otherwise") {
  auto status = well();
  status.partitions[1].copies[0].verified = 30min;
  const auto problems = repair_problems(status);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what ==
        "1 of 4 partitions last verified 30 min ago, because node 'n2' keeps differing or does not answer");
}

TEST_CASE("what was never verified counts from the start of the node") {
  auto status = well();
  for (auto& partition : status.partitions) partition.copies[0].verified = {};
  status.kept_for = 15min;
  CHECK(repair_problems(status).empty());
  status.kept_for = 25min;
  const auto problems = repair_problems(status);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what.starts_with("4 of 4 partitions not verified since this node started 25 min ago"));
}

TEST_CASE("tombstones are a problem only while somebody who has to see them is down") {
  auto status = well();
  status.partitions[0].tombstones = 5;
  status.partitions[0].waits_for = {n3};
  status.partitions[1].tombstones = 2;
  CHECK(repair_problems(status).empty());
  status.peers[1].reachable = false;
  const auto problems = repair_problems(status);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what ==
        "5 deleted keys keep their tombstones, because node 'n3' is down and has not seen that they were deleted");
}

TEST_CASE("partitions that are recovering are told with what to do") {
  const auto problem = recovering_problem(7);
  CHECK(problem.what.starts_with("7 partitions of this node are recovering"));
  CHECK(problem.advice.starts_with("wait for it"));
}
