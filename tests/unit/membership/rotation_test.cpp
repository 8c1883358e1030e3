#include "membership/rotation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace starling;
using membership::Members;
using membership::Rotation;
using wire::MemberState;

namespace {

wire::MemberUpdate said(std::uint64_t node, MemberState state) {
  wire::MemberUpdate update;
  update.node = NodeId{node};
  update.state = state;
  return update;
}

Members alive(std::uint64_t count) {
  Members members;
  for (std::uint64_t node = 1; node <= count; ++node) members.merge(said(node, MemberState::alive));
  return members;
}

std::vector<std::uint64_t> round(Rotation& rotation, const Members& members, Random& random) {
  std::vector<std::uint64_t> order;
  for (std::size_t i = 0; i < members.live().size(); ++i) order.push_back(rotation.next(members, random)->value);
  return order;
}

}  // namespace

TEST_CASE("everybody gets a turn in each round, in another order each time") {
  const Members members = alive(20);
  Random random(1);
  Rotation rotation;
  std::set<std::vector<std::uint64_t>> orders;
  for (int i = 0; i < 5; ++i) {
    auto order = round(rotation, members, random);
    orders.insert(order);
    CHECK(std::set(order.begin(), order.end()).size() == 20);
  }
  CHECK(orders.size() == 5);
}

TEST_CASE("the dead and the departed lose their turn, the suspected keep it") {
  Members members = alive(3);
  members.merge(said(1, MemberState::dead));
  members.merge(said(2, MemberState::suspect));
  Random random(1);
  Rotation rotation;
  for (int i = 0; i < 10; ++i) CHECK(rotation.next(members, random) != NodeId{1});
  members.merge(said(2, MemberState::left));
  for (int i = 0; i < 10; ++i) CHECK(rotation.next(members, random) == NodeId{3});
  members.merge(said(3, MemberState::left));
  CHECK_FALSE(rotation.next(members, random));
}

TEST_CASE("a newcomer has its turn within this round or the next, and costs nobody theirs") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Members members = alive(10);
    Random random(seed);
    Rotation rotation;
    std::multiset<std::uint64_t> first;
    for (int i = 0; i < 5; ++i) first.insert(rotation.next(members, random)->value);
    members.merge(said(11, MemberState::alive));
    rotation.add(NodeId{11}, random);
    std::multiset<std::uint64_t> all = first;
    for (int i = 0; i < 5; ++i) all.insert(rotation.next(members, random)->value);
    for (int i = 0; i < 12; ++i) all.insert(rotation.next(members, random)->value);
    for (std::uint64_t node = 1; node <= 11; ++node) CHECK(all.count(node) >= 1);
  }
}
