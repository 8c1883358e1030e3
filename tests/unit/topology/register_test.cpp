#include <doctest/doctest.h>

#include "assembly.hpp"

using namespace starling;
using namespace starling::topology::testing;

namespace {

/// What delegate 1 sends when it is told something by delegate 2.
std::vector<wire::Message> answers(Assembly& assembly, const wire::Message& told) {
  std::vector<wire::Message> said;
  assembly.passes = [&](NodeId from, NodeId, const wire::Message& message) {
    if (from == NodeId{1}) said.push_back(message);
    return false;
  };
  assembly.tell(0, NodeId{2}, told);
  assembly.run(1s);
  return said;
}

constexpr wire::Ballot by_two{1, NodeId{2}};

}  // namespace

TEST_CASE("a question about an epoch that is decided is answered by the ring") {
  Assembly assembly(2);
  const auto said = answers(assembly, wire::PaxosPrepare{Epoch{1}, by_two});
  REQUIRE(said.size() == 1);
  CHECK(std::get<wire::RingIs>(said.front()).ring == encode(assembly.ring(0)));
}

TEST_CASE("who asks about a later epoch has a ring that we fetch") {
  Assembly assembly(2);
  const auto said = answers(assembly, wire::PaxosPrepare{Epoch{3}, by_two});
  REQUIRE(said.size() == 1);
  CHECK(std::holds_alternative<wire::RingFetch>(said.front()));
}

TEST_CASE("a ring that may not follow the present one is not accepted") {
  Assembly assembly(2);
  auto parts = successor(assembly.ring(0), 5).parts();
  parts.cluster = ClusterId{8};
  const auto of_another_cluster = *ring::Ring::make(parts);
  CHECK(answers(assembly, wire::PaxosAccept{Epoch{2}, by_two, encode(of_another_cluster)}).empty());
  CHECK(answers(assembly, wire::PaxosAccept{Epoch{2}, by_two, {1, 2, 3}}).empty());
  CHECK(answers(assembly, wire::PaxosAccept{Epoch{2}, by_two, encode(successor(assembly.ring(0), 5))}).size() == 1);
}

TEST_CASE("a promise with a ring that may not follow is passed over") {
  Assembly assembly(2);
  assembly.passes = [](NodeId, NodeId, const wire::Message&) { return false; };
  assembly.propose(0, 5);
  assembly.run(100ms);
  const wire::Ballot ours{1, NodeId{1}};
  assembly.tell(0, NodeId{2}, wire::PaxosPromise{Epoch{2}, ours, ours, {1, NodeId{2}}, {9, 9}});
  assembly.passes = nullptr;
  assembly.run(10s);
  CHECK(assembly.ring(0).members().front().weight == 5);
}

TEST_CASE("a node without a ring says nothing") {
  port::Tickets tickets{port::Room::topology};
  topology::Register lonely(NodeId{1}, Random(1), tickets);
  port::Outbox out;
  lonely.on_message(NodeId{2}, wire::PaxosPrepare{Epoch{1}, by_two}, {}, out);
  CHECK(out.effects().empty());
}

TEST_CASE("a record that is something else is refused at the start") {
  port::Tickets tickets{port::Room::topology};
  topology::Register damaged(NodeId{1}, Random(1), tickets);
  CHECK_FALSE(damaged.resume(Bytes{1, 2, 3}));
  Bytes accepted;
  wire::encode(wire::Message(wire::PaxosAccepted{Epoch{1}, by_two, by_two}), accepted);
  CHECK_FALSE(damaged.resume(accepted));
  CHECK(damaged.resume({}));
}

TEST_CASE("a newer ring ends our proposal, and the promise of the epoch before") {
  Assembly assembly(3);
  assembly.passes = [](NodeId, NodeId, const wire::Message&) { return false; };
  assembly.propose(0, 5);
  assembly.run(100ms);
  CHECK(assembly[0].the_register->proposing());
  assembly.tell(0, NodeId{2}, wire::RingIs{encode(successor(assembly.ring(0), 6))});
  assembly.run(100ms);
  CHECK(assembly.epoch(0) == Epoch{2});
  CHECK_FALSE(assembly[0].the_register->proposing());

  const auto said = answers(assembly, wire::PaxosPrepare{Epoch{3}, {1, NodeId{1}}});
  REQUIRE(said.size() == 1);
  const auto& promise = std::get<wire::PaxosPromise>(said.front());
  CHECK(promise.promised == promise.ballot);
}

TEST_CASE("an abandoned proposal asks no more, and another may be made") {
  Assembly assembly(3);
  assembly.propose(0, 5);
  assembly[0].the_register->abandon();
  assembly.run(10s);
  CHECK(assembly.decided.empty());
  assembly.propose(0, 6);
  assembly.run(10s);
  CHECK(assembly.ring(0).members().front().weight == 6);
}

TEST_CASE("who is joining may propose, and its vote does not count") {
  Assembly assembly(2);
  auto parts = assembly.ring(0).parts();
  ++parts.epoch.value;
  parts.stage = ring::Stage::read_old;
  parts.next = parts.present;
  parts.next[0] = {NodeId{3}};
  parts.members.push_back({.id = {3}, .zone = {}, .standing = ring::Standing::joining});
  parts.versions = {parts.epoch, Epoch{1}};
  const auto changing = ring::Ring::make(parts);
  REQUIRE(changing);

  port::Tickets tickets{port::Room::topology};
  topology::Register joiner(NodeId{3}, Random(1), tickets);
  joiner.on_ring(*changing);
  port::Outbox out;
  joiner.propose(ring::read_from_new(*changing), {}, out);
  const auto save = std::get<port::Store>(out.effects().at(1));
  out.clear();
  joiner.on_stored(save.ticket, storage::Answer{storage::Done{}}, {}, out);
  std::vector<NodeId> asked;
  for (const auto& effect : out.effects())
    if (const auto* send = std::get_if<port::SendMessage>(&effect)) asked.push_back(send->to);
  CHECK(asked == std::vector{NodeId{1}, NodeId{2}});

  const wire::Ballot ours{1, NodeId{3}};
  joiner.on_message(NodeId{1}, wire::PaxosPromise{Epoch{3}, ours, ours, {}, {}}, {}, out);
  joiner.on_message(NodeId{2}, wire::PaxosPromise{Epoch{3}, ours, ours, {}, {}}, {}, out);
  joiner.on_message(NodeId{1}, wire::PaxosAccepted{Epoch{3}, ours, ours}, {}, out);
  CHECK_FALSE(joiner.take_decided());
  joiner.on_message(NodeId{1}, wire::PaxosAccepted{Epoch{3}, ours, ours}, {}, out);  // said twice
  CHECK_FALSE(joiner.take_decided());
  joiner.on_message(NodeId{2}, wire::PaxosAccepted{Epoch{3}, ours, ours}, {}, out);
  CHECK(joiner.take_decided() == ring::read_from_new(*changing));
}

TEST_CASE("whose votes are in doubt says nothing until the others have told, also after a crash") {
  Assembly assembly(3);
  assembly.roll_back(0, assembly[0].records, true);
  assembly.run(100ms);
  assembly.crash(0);
  assembly.start(0);
  const auto said = answers(assembly, wire::PaxosPrepare{Epoch{2}, by_two});
  REQUIRE(said.size() >= 2);
  for (const auto& message : said) CHECK(std::holds_alternative<wire::PaxosPrepare>(message));
  assembly.passes = nullptr;
  assembly.propose(1, 5);
  assembly.run(10s);
  CHECK(assembly.epoch(0) == Epoch{2});
}
