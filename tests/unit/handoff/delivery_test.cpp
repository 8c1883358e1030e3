#include "world.hpp"

using namespace starling;
using namespace starling::handoff;
using namespace starling::handoff::test;

TEST_CASE("a node is offered what it is owed, sent as much as it grants, and the hints go once it has acknowledged") {
  World world;
  world.owe(away, 3);
  world.start();
  CHECK(world.last<wire::HandoffOffer>().hints == 3);
  CHECK(world.merges.empty());
  world.grant(2);
  REQUIRE(world.merges.size() == 2);
  CHECK(world.merges[0].object == "object");
  CHECK(world.merges[0].epoch == world.ring.epoch());
  CHECK(world.hints[away].size() == 3);
  world.acknowledge();
  CHECK(world.hints[away].size() == 1);

  CHECK(world.last<wire::HandoffOffer>().hints == 1);
  world.grant(2);
  world.acknowledge();
  CHECK(world.hints[away].empty());
  CHECK(world.last<wire::HandoffOffer>().hints == 0);  // what it granted may go to others
}

TEST_CASE("nothing is offered to a node that cannot be reached, and all of it when it is connected again") {
  World world;
  world.down.insert(away);
  world.owe(away, 1);
  world.start();
  world.pass(1min);
  CHECK(world.count<wire::HandoffOffer>() == 0);
  world.connect(away);
  CHECK(world.count<wire::HandoffOffer>() == 1);
}

TEST_CASE("a node that is told to wait asks again with the next period") {
  World world;
  world.owe(away, 1);
  world.start();
  world.grant(0);
  CHECK(world.merges.empty());
  CHECK(world.count<wire::HandoffOffer>() == 1);
  world.pass(world.config.period);
  CHECK(world.count<wire::HandoffOffer>() == 2);
}

TEST_CASE("what was refused, or not answered, keeps its hint, and does not stop the others") {
  World world;
  world.owe(away, 4);
  world.start();
  world.grant(3);
  const auto merges = std::exchange(world.merges, {});
  REQUIRE(merges.size() == 3);
  world.message(away, wire::MergeReply{.request = merges[0].request});
  world.message(away, wire::MergeReply{.request = merges[1].request, .error = Error{ErrorCode::overloaded, "no"}});
  world.pass(world.config.period);  // and the third in vain
  CHECK(world.hints[away].size() == 3);
  CHECK_FALSE(world.hints[away].contains(*ring::Key::from_bytes(merges[0].key)));

  // The pass goes on behind the batch in which there was trouble, and the next one takes up what was left.
  world.grant(3);
  CHECK(world.merges.size() == 1);
  world.acknowledge();
  CHECK(world.hints[away].size() == 2);
  world.pass(world.config.period);
  world.grant(3);
  CHECK(world.merges.size() == 2);
  world.acknowledge();
  CHECK(world.hints[away].empty());
}

TEST_CASE("a key that was written while it was delivered is delivered again") {
  World world;
  world.owe(away, 1);
  world.start();
  world.grant(10);
  world.hints[away][key_of("k0")] = 8;
  world.acknowledge();
  CHECK(world.hints[away].size() == 1);
  world.pass(world.config.period);
  world.grant(10);
  world.acknowledge();
  CHECK(world.hints[away].empty());
}

TEST_CASE("a grant for later is waited for, and what is sent then is what there is then") {
  World world;
  world.owe(away, 3);
  world.start();
  world.message(away, wire::HandoffGrant{world.last<wire::HandoffOffer>().request, 3, 100ms});
  world.pass(99ms);
  CHECK(world.merges.empty());
  world.hints[away].erase(key_of("k1"));
  world.pass(1ms);
  CHECK(world.merges.size() == 2);
  world.acknowledge();
  CHECK(world.hints[away].empty());
}

TEST_CASE("whoever grants something for a time far away is asked when an answer is due") {
  World world;
  world.owe(away, 3);
  world.start();
  world.message(away, wire::HandoffGrant{world.last<wire::HandoffOffer>().request, 3, 24h});
  world.pass(world.config.patience);
  CHECK(world.merges.size() == 3);
}

TEST_CASE("a node that is lost while its grant is waited for is sent nothing") {
  World world;
  world.owe(away, 3);
  world.start();
  world.message(away, wire::HandoffGrant{world.last<wire::HandoffOffer>().request, 3, 100ms});
  world.lose(away);
  world.pass(1s);
  CHECK(world.merges.empty());
}

TEST_CASE("a node that is lost in the middle is served from there when it is back") {
  World world;
  world.owe(away, 3);
  world.start();
  world.grant(3);
  world.message(away, wire::MergeReply{.request = world.merges[0].request});
  world.lose(away);
  world.merges.clear();
  world.pass(1min);
  CHECK(world.merges.empty());
  world.connect(away);
  world.grant(3);
  CHECK(world.merges.size() == 3);  // that one of them had been acknowledged was lost with the connection
  world.acknowledge();
  CHECK(world.hints[away].empty());
}

TEST_CASE("answers to offers and merges of others, and late ones, are ignored") {
  World world;
  world.owe(away, 2);
  world.start();
  world.message(third, wire::HandoffGrant{world.last<wire::HandoffOffer>().request, 5});
  world.message(away, wire::HandoffGrant{{99}, 5});
  CHECK(world.merges.empty());
  world.grant(5);
  const auto merges = world.merges;
  world.message(away, wire::MergeReply{.request = {12345}});
  world.message(third, wire::MergeReply{.request = merges[0].request});
  CHECK(world.hints[away].size() == 2);
  world.acknowledge();
  CHECK(world.hints[away].empty());
  world.message(away, wire::MergeReply{.request = merges[0].request});
  world.grant(5);
  CHECK(world.merges.empty());
}

TEST_CASE("while nobody is owed anything storage is left alone, until there is a new hint") {
  World world;
  world.start();
  world.pass(1h);
  CHECK(world.looks == 1);
  world.owe(away, 1);
  port::Outbox out;
  world.handoff.on_hint_left(world.view(), out);
  REQUIRE(out.effects().size() == 1);
  world.timers.emplace(std::get<port::ArmTimer>(out.effects()[0]).at,
                       std::get<port::ArmTimer>(out.effects()[0]).ticket);
  world.pass(world.config.period);
  CHECK(world.count<wire::HandoffOffer>() == 1);
}

TEST_CASE("a hint that is left while storage counts is not slept over") {
  World world;
  port::Outbox out;
  world.handoff.start(world.view(), out);
  REQUIRE(out.effects().size() == 2);
  const auto counting = std::get<port::Store>(out.effects()[0]).ticket;
  const auto timer = std::get<port::ArmTimer>(out.effects()[1]);
  world.handoff.on_hint_left(world.view(), out);
  world.handoff.on_storage(counting, storage::CountHintsAnswer{}, world.view(), out);
  world.owe(away, 1);
  world.timers.emplace(timer.at, timer.ticket);
  world.pass(world.config.period);
  CHECK(world.count<wire::HandoffOffer>() == 1);
}

// --- Another ring -----------------------------------------------------------------------------

namespace {

constexpr NodeId fourth{4};

/// The same partitions with other replicas.
ring::Ring next_ring(std::vector<NodeId> members, const std::vector<NodeId>& replicas) {
  std::vector<ring::Member> list;
  for (const NodeId id : members) list.push_back({.id = id});
  auto made = ring::Ring::make({9}, {6}, 3, std::move(list), std::vector(4, replicas));
  REQUIRE(made);
  return *std::move(made);
}

}  // namespace

TEST_CASE("what a node is owed of a partition that it has lost goes to the present replicas, and is delivered there") {
  World world;
  world.down = {away};
  world.owe(away, 3);
  world.start();
  world.ring = next_ring({us, away, third, fourth}, {us, third, fourth});
  world.connect(away);
  world.grant(3);
  CHECK(world.merges.empty());
  CHECK(world.hints[away].empty());
  CHECK(world.hints[third].size() == 3);
  CHECK(world.hints[fourth].size() == 3);
  world.pass(world.config.period);
  world.message(fourth, wire::HandoffGrant{world.last<wire::HandoffOffer>().request, 3});
  REQUIRE(world.merges.size() == 3);
  CHECK(world.merges.front().epoch == world.ring.epoch());
}

TEST_CASE("what is owed to a node that is no member any more goes to the present replicas, and nobody asks it") {
  World world;
  world.down = {away};
  world.owe(away, 2 * static_cast<int>(world.config.batch) + 1);
  world.start();
  world.ring = next_ring({us, third, fourth}, {us, third, fourth});
  world.pass(world.config.period);
  CHECK(world.hints[away].empty());
  CHECK(world.hints[fourth].size() == 2 * world.config.batch + 1);
  CHECK(world.become_ours.size() == 2 * world.config.batch + 1);
  for (const auto& sent : world.sent) CHECK(sent.to != away);
}

TEST_CASE("a stand-in that has not become a replica keeps nothing for itself") {
  World world;
  world.owe(away, 1);
  world.ring = next_ring({us, third, fourth, NodeId{5}}, {third, fourth, NodeId{5}});
  world.start();
  CHECK(world.hints[NodeId{5}].size() == 1);
  CHECK(world.become_ours.empty());
}
