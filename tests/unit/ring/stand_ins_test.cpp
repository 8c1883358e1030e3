#include "ring/stand_ins.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::ring;

namespace {

Ring ring_of(std::uint32_t replicas, std::uint64_t members, const std::vector<PreferenceList>& lists) {
  std::vector<Member> list;
  for (std::uint64_t id = 1; id <= members; ++id) list.push_back({.id = {id}});
  auto made = Ring::make({9}, {1}, replicas, std::move(list), lists);
  REQUIRE(made);
  return *std::move(made);
}

using Nodes = std::vector<NodeId>;

}  // namespace

TEST_CASE("stand-ins are the members that follow in ring order, once around it") {
  const Ring ring = ring_of(2, 5, {{{1}, {2}}, {{2}, {3}}, {{4}, {1}}, {{5}, {4}}});
  CHECK(stand_ins_of(ring, PartitionId{0}) == Nodes{{3}, {4}});
  CHECK(stand_ins_of(ring, PartitionId{1}) == Nodes{{4}, {1}});
  CHECK(stand_ins_of(ring, PartitionId{2}) == Nodes{{5}, {2}});
  CHECK(stand_ins_of(ring, PartitionId{3}) == Nodes{{1}, {2}});
}

TEST_CASE("there are no more stand-ins than members that are left, and never more than N") {
  CHECK(stand_ins_of(ring_of(3, 3, {{{1}, {2}, {3}}, {{2}, {3}, {1}}}), PartitionId{1}).empty());
  CHECK(stand_ins_of(ring_of(3, 4, {{{1}, {2}, {3}}, {{4}, {3}, {1}}}), PartitionId{0}) == Nodes{{4}});
  CHECK(stand_ins_of(ring_of(1, 4, {{{1}}, {{2}}, {{3}}, {{4}}}), PartitionId{3}) == Nodes{{1}});
}

TEST_CASE("a member without any partition is nobody's stand-in") {
  CHECK(stand_ins_of(ring_of(2, 3, {{{1}, {2}}, {{2}, {1}}}), PartitionId{0}).empty());
}
