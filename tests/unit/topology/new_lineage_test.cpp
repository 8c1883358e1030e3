#include "topology/new_lineage.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "ring/lineage.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::topology;

namespace {

ring::Ring ring_of(std::uint64_t members) {
  std::vector<ring::Member> all;
  for (std::uint64_t id = 1; id <= members; ++id) all.push_back({.id = {id}});
  return *ring::Ring::make({7}, {5}, 3, all, *ring::plan(all, 16, 3));
}

/// Members that are left, and nothing of them but this: messages in one queue, rings durable at once.
struct Survivors : port::Peers {
  struct Survivor {
    ring::Ring ring;
    NewLineage new_lineage;
  };
  struct Sent {
    NodeId from, to;
    wire::Message message;
  };

  Survivors(std::uint64_t members, std::set<NodeId> left) : there(std::move(left)) {
    for (const NodeId node : there) start(node, ring_of(members));
  }
  void start(NodeId node, const ring::Ring& ring) {
    nodes[node] = std::make_unique<Survivor>(ring, NewLineage(node, Random(node.value), tickets));
  }
  bool reachable(NodeId node) const override { return there.contains(node) && !away.contains(node); }
  port::View view(NodeId node) const { return {nodes.at(node)->ring, *this, now}; }

  void force(NodeId at, std::vector<NodeId> gone) {
    act(at, [&](Survivor& s) { s.new_lineage.begin({at.value}, gone, now + 5s, view(at), out); });
  }
  void act(NodeId node, const auto& action) {
    out.clear();
    action(*nodes.at(node));
    for (auto& effect : out.effects()) {
      if (auto* send = std::get_if<port::SendMessage>(&effect)) sent.push_back({node, send->to, send->message});
      if (auto* arm = std::get_if<port::ArmTimer>(&effect)) timers[node] = arm->ticket;
      if (auto* answer = std::get_if<port::AnswerClient>(&effect))
        refusals[node] = std::get<port::Failure>(answer->reply).error.message;
    }
    Survivor& survivor = *nodes.at(node);
    if (auto decided = survivor.new_lineage.take_decided()) {
      adopt(node, *decided);
      for (const auto& [other, s] : nodes)
        if (other != node) sent.push_back({node, other, wire::RingIs{encode(*decided)}});
    }
    if (auto outcome = survivor.new_lineage.take_outcome()) {
      if (outcome->result)
        begun.insert(node);
      else
        refusals[node] = outcome->result.error().message;
    }
  }
  void adopt(NodeId node, const ring::Ring& next) {
    Survivor& survivor = *nodes.at(node);
    if (next.epoch() <= survivor.ring.epoch() || !ring::descends(next, survivor.ring)) return;
    const auto before = std::exchange(survivor.ring, next);
    survivor.new_lineage.on_ring(before, survivor.ring);
  }
  void deliver_one() {
    const Sent next = std::move(sent.front());
    sent.pop_front();
    if (!nodes.contains(next.to) || !reachable(next.to)) return;
    act(next.to, [&](Survivor& s) {
      if (const auto* ask = std::get_if<wire::LineageAsk>(&next.message))
        s.new_lineage.on_message(next.from, *ask, view(next.to), out);
      if (const auto* reply = std::get_if<wire::LineageReply>(&next.message))
        s.new_lineage.on_message(next.from, *reply);
      if (const auto* ring = std::get_if<wire::RingIs>(&next.message)) adopt(next.to, *ring::decode_ring(ring->ring));
    });
  }
  void deliver() {
    while (!sent.empty()) deliver_one();
  }
  void let_pass(Duration time) {
    now = now + time;
    for (const auto& [node, ticket] : std::map(timers))
      act(node, [&](Survivor& s) { s.new_lineage.on_timer(ticket, now, out); });
  }
  const ring::Ring& ring(std::uint64_t node) { return nodes.at({node})->ring; }
  bool refused(std::uint64_t node, const std::string& words) {
    return refusals[{node}].find(words) != std::string::npos;
  }

  std::set<NodeId> there;
  std::set<NodeId> away;  ///< nobody reaches them just now
  port::Tickets tickets{port::Room::change};
  std::map<NodeId, std::unique_ptr<Survivor>> nodes;
  std::deque<Sent> sent;
  std::map<NodeId, port::Ticket> timers;
  std::map<NodeId, std::string> refusals;
  std::set<NodeId> begun;
  port::Outbox out;
  Instant now{};
};

const std::vector<NodeId> lost{{3}, {4}, {5}};

}  // namespace

TEST_CASE("of five members two are left: they go on, and all go by the same ring") {
  Survivors two(5, {{1}, {2}});
  two.force({1}, lost);
  CHECK(two.ring(1).epoch() == Epoch{5});  // not before everybody has agreed
  two.deliver();
  CHECK(two.begun == std::set{NodeId{1}});
  CHECK(two.ring(1).members().size() == 2);
  CHECK(two.ring(1) == two.ring(2));
  CHECK(ring::lineage_of(two.ring(1).epoch()) == 1);
}

TEST_CASE("a single one that is left needs nobody's word") {
  Survivors one(3, {{2}});
  one.force({2}, {{1}, {3}});
  CHECK(one.begun == std::set{NodeId{2}});
  CHECK(one.ring(2).preference_list({0}).size() == 1);
}

TEST_CASE("while a majority can be reached nothing is forced") {
  Survivors three(5, {{1}, {2}, {3}});
  three.force({1}, {{4}, {5}});
  CHECK(three.refused(1, "3 of 5 members can be reached"));
  CHECK(three.sent.empty());
}

TEST_CASE("whoever is named must be away, as everybody sees it who is left") {
  Survivors two(5, {{1}, {2}});
  two.force({1}, {{2}, {3}, {4}, {5}});
  CHECK(two.refused(1, "can be reached: it is not gone"));
  two.force({1}, lost);
  two.there.insert({5});  // comes back before the question arrives
  two.deliver();
  CHECK(two.refused(1, "does not agree"));
  CHECK(two.ring(1).epoch() == Epoch{5});
  CHECK(two.ring(2).epoch() == Epoch{5});
}

TEST_CASE("whoever is not named must be there and agree, or is told by its id") {
  Survivors two(5, {{1}, {2}});
  two.force({1}, {{3}, {4}});
  CHECK(two.refused(1, "node 0000000000000005 is not named and cannot be reached"));
  two.force({1}, lost);
  two.away = {{2}};
  two.deliver();
  for (int i = 0; i < 10; ++i) two.let_pass(500ms);
  CHECK(two.refused(1, "node 0000000000000002 does not answer"));
  CHECK(two.ring(1).epoch() == Epoch{5});
  two.away.clear();  // late words of it are of no account
  two.deliver();
  CHECK(two.ring(1).epoch() == Epoch{5});
}

TEST_CASE("a question that is lost is asked again") {
  Survivors two(5, {{1}, {2}});
  two.force({1}, lost);
  two.sent.clear();
  two.let_pass(500ms);
  two.deliver();
  CHECK(two.begun == std::set{NodeId{1}});
}

TEST_CASE("whoever has missed a ring gets it first; whoever knows a newer one says so") {
  Survivors two(5, {{1}, {2}});
  auto parts = ring_of(5).parts();
  parts.epoch = {6};
  parts.versions.clear();
  two.start({2}, *ring::Ring::make(parts));
  two.force({1}, lost);
  two.deliver();
  CHECK(two.ring(1).epoch() == Epoch{6});
  CHECK(two.begun.empty());
  two.force({1}, lost);
  two.deliver();
  CHECK(two.begun == std::set{NodeId{1}});
  CHECK(two.ring(1) == two.ring(2));
}

TEST_CASE("of two operators who ask at two members at most one is heard, however the messages come") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Survivors three(7, {{1}, {2}, {3}});
    Random random(seed);
    three.force({1}, {{4}, {5}, {6}, {7}});
    for (std::uint64_t delivered = random.below(8); delivered > 0 && !three.sent.empty(); --delivered)
      three.deliver_one();
    three.force({3}, {{4}, {5}, {6}, {7}});
    for (int round = 0; round < 12; ++round) {
      while (!three.sent.empty()) {
        std::swap(three.sent.front(), three.sent[random.below(three.sent.size())]);
        three.deliver_one();
      }
      three.let_pass(500ms);
    }
    std::set<std::vector<LineageId>> lineages;
    for (std::uint64_t node = 1; node <= 3; ++node) {
      const auto led = three.ring(node).lineages();
      if (!led.empty()) lineages.insert({led.begin(), led.end()});
    }
    CHECK(lineages.size() <= 1);
    CHECK(three.begun.size() == lineages.size());
  }
}

TEST_CASE("one that has agreed and then stops may be named by another; what it had begun is a lineage apart") {
  Survivors two(5, {{1}, {2}});
  two.force({1}, lost);
  two.deliver_one();  // the second has agreed, and the first decides when it hears of it
  two.deliver_one();
  CHECK(two.begun == std::set{NodeId{1}});
  two.there.erase({1});
  two.sent.clear();
  two.force({2}, {{1}, {3}, {4}, {5}});
  CHECK(two.begun.contains({2}));
  CHECK_FALSE(ring::descends(two.ring(1), two.ring(2)));
  CHECK_FALSE(ring::descends(two.ring(2), two.ring(1)));
}
