#include "topology/conductor.hpp"

#include <doctest/doctest.h>

#include <set>

#include "ring/change.hpp"

using namespace starling;
using namespace starling::topology;

namespace {

constexpr NodeId a{1}, b{2}, c{3}, d{4};

ring::Ring settled_ring() {
  return ring::Ring::make({9}, {5}, 3, {{.id = a}, {.id = b}, {.id = c}, {.id = d}}, {{a, b, c}, {a, b, c}}).value();
}
std::vector<ring::Member> members_of(const ring::Ring& ring) { return {ring.members().begin(), ring.members().end()}; }
/// d takes the place of c in both partitions.
ring::Ring reading_old() {
  const ring::Ring ring = settled_ring();
  return ring::begin_change(ring, members_of(ring), {{a, b, d}, {a, b, d}}).value();
}

/// One member's conductor; the test says what its node has done, and plays the others.
struct Podium : port::Peers {
  explicit Podium(NodeId self, ring::Ring first)
      : ring(std::move(first)), votes(self, Random(1), tickets), conductor(self, votes, tickets) {
    votes.on_ring(ring);
    conduct([&](const Situation& situation) { conductor.on_ring(situation, out); });
  }

  bool reachable(NodeId node) const override { return !down.contains(node); }

  template <class Call>
  void conduct(Call call) {
    const port::View view{ring, *this, now};
    own.epoch = ring.epoch();
    call(Situation{view, own, {}});
  }
  void report(NodeId from, wire::ChangeReport told) {
    conduct([&](const Situation& situation) { conductor.on_report(from, told, situation, out); });
  }
  void pass(Duration time) {
    now = now + time;
    conduct([&](const Situation& situation) { conductor.look(situation, out); });
  }

  ring::Ring ring;
  Instant now{1h};
  std::set<NodeId> down;
  wire::ChangeReport own;
  port::Outbox out;
  port::Tickets tickets{port::Room::change};
  Register votes;
  Conductor conductor;
};

}  // namespace

TEST_CASE("reads go to a newcomer only when it has reported, of this change, that it holds all") {
  Podium podium(a, reading_old());
  podium.pass(1min);
  CHECK_FALSE(podium.votes.proposing());
  CHECK(podium.conductor.awaited() == std::set{d});
  podium.report(d, {.epoch = {5}});  // of the ring before
  CHECK_FALSE(podium.votes.proposing());
  podium.report(d, {.epoch = podium.ring.epoch(), .arriving = 1, .arrived = 1});
  CHECK_FALSE(podium.votes.proposing());
  podium.report(d, {.epoch = podium.ring.epoch(), .arriving = 0, .arrived = 2});
  CHECK(podium.votes.proposing());
}

TEST_CASE("what a newcomer had reported before its connection broke does not count") {
  Podium podium(a, reading_old());
  podium.report(d, {.epoch = podium.ring.epoch(), .arriving = 1});
  podium.conductor.on_peer_lost(d);
  podium.pass(1min);
  CHECK_FALSE(podium.votes.proposing());
}

TEST_CASE(
    "a change ends when no read of the old owners can succeed, and all that can be reached know of its second stage") {
  Podium podium(a, ring::read_from_new(reading_old()));
  const wire::ChangeReport knows{.epoch = podium.ring.epoch()};
  podium.pass(1min);
  CHECK_FALSE(podium.votes.proposing());  // we are one of the three, and two are needed

  SUBCASE("two of three are enough where the third is gone") {
    podium.down = {c};
    podium.pass(1s);
    CHECK_FALSE(podium.votes.proposing());
    podium.report(b, knows);
    CHECK(podium.votes.proposing());
  }
  SUBCASE("whoever can be reached is waited for") {
    podium.report(b, knows);
    CHECK_FALSE(podium.votes.proposing());
    podium.report(c, knows);
    CHECK(podium.votes.proposing());
  }
  SUBCASE("the word of a newcomer counts for nothing") {
    podium.down = {c};
    podium.report(d, knows);
    CHECK_FALSE(podium.votes.proposing());
  }
}

TEST_CASE("the member with the smallest id goes on with a change, and the next one when that has not for a while") {
  Podium podium(b, reading_old());
  podium.report(d, {.epoch = podium.ring.epoch()});
  CHECK_FALSE(podium.votes.proposing());
  podium.pass(2s);
  CHECK_FALSE(podium.votes.proposing());
  podium.pass(2s);
  CHECK(podium.votes.proposing());

  Podium alone(b, reading_old());
  alone.down = {a};
  alone.report(d, {.epoch = alone.ring.epoch()});
  CHECK(alone.votes.proposing());
}

TEST_CASE("no change begins before whoever is to get partitions has dropped what it had of its own") {
  Podium podium(a, settled_ring());
  podium.conduct([&](const Situation& situation) {
    podium.conductor.change({7}, {.come = {}, .go = {c}}, podium.now + 1min, situation, podium.out);
  });
  CHECK_FALSE(podium.votes.proposing());
  CHECK(podium.conductor.awaited() == std::set{d});
  podium.report(d, {.epoch = {5}, .leftovers = 3});
  CHECK_FALSE(podium.votes.proposing());
  podium.report(d, {.epoch = {5}});
  CHECK(podium.votes.proposing());
}

TEST_CASE("an order that cannot be is answered at once, and one that was not begun in time is refused") {
  Podium podium(a, settled_ring());
  podium.conduct([&](const Situation& situation) {
    podium.conductor.change({7}, {.come = {}, .go = {NodeId{99}}}, podium.now + 1min, situation, podium.out);
    podium.conductor.abort({8}, podium.now + 1min, situation, podium.out);
    podium.conductor.change({9}, {.come = {}, .go = {c}}, podium.now + 1min, situation, podium.out);
  });
  const auto refused = podium.conductor.take_outcomes();
  REQUIRE(refused.size() == 2);
  for (const auto& outcome : refused) CHECK(outcome.result.error().code == ErrorCode::invalid);
  podium.pass(1min);
  const auto late = podium.conductor.take_outcomes();
  REQUIRE(late.size() == 1);
  CHECK(late.front().client == port::ClientToken{9});
  CHECK(late.front().result.error().code == ErrorCode::not_ready);
}

TEST_CASE("an order that was proposed and is not decided in time is in doubt") {
  Podium podium(a, settled_ring());
  podium.conduct([&](const Situation& situation) {
    podium.conductor.change({9}, {.come = {}, .go = {c}}, podium.now + 1min, situation, podium.out);
  });
  podium.report(d, {.epoch = {5}});
  REQUIRE(podium.votes.proposing());
  podium.pass(1min);
  const auto late = podium.conductor.take_outcomes();
  REQUIRE(late.size() == 1);
  CHECK(late.front().result.error().code == ErrorCode::in_doubt);
}

TEST_CASE("however many nodes report that are no members, so many are remembered, and the members' reports always") {
  Podium podium(a, reading_old());
  wire::ChangeReport told;
  told.epoch = podium.ring.epoch();
  for (std::uint64_t id = 100; id < 100 + 2 * ring::members_max; ++id) podium.report(NodeId{id}, told);
  podium.report(d, told);
  std::size_t remembered = 0;
  for (std::uint64_t id = 100; id < 100 + 2 * ring::members_max; ++id)
    remembered += podium.conductor.report_of(NodeId{id}, told.epoch) != nullptr ? 1 : 0;
  CHECK(remembered == ring::members_max);
  CHECK(podium.conductor.report_of(d, told.epoch) != nullptr);
}
