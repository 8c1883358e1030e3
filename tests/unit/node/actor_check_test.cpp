#include "node/actor_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "ring/plan.hpp"

using namespace starling;
using namespace starling::node;

namespace {

constexpr NodeId self{1};
constexpr NodeId second{2};
constexpr NodeId third{3};

const Result<storage::Answer> stored = storage::Answer{storage::Done{}};

ring::Ring three_nodes() {
  const std::vector<ring::Member> members{{self, "", 1}, {second, "", 1}, {third, "", 1}};
  return *ring::Ring::make({9}, {1}, 3, members, *ring::plan(members, 4, 3));
}

/// A node that has just started and holds actors in partitions 0 and 1.
struct Starting {
  explicit Starting(ring::Ring given = three_nodes()) : ring(std::move(given)) {
    check.start(now, out);
    list_actors();
  }

  void list_actors() {
    storage::ListActorsAnswer actors{{{PartitionId{0}, ActorId{70}, 5}, {PartitionId{1}, ActorId{71}, 6}}};
    answer(storage::Answer{actors});
  }

  void answer(const Result<storage::Answer>& said) { check.on_stored(last_store(), said, ring, now, out); }

  void reply(NodeId from, std::vector<PartitionId> ahead) {
    check.on_reply(from, {.request = last_question(), .error = {}, .ahead = std::move(ahead)}, out);
  }

  wire::RequestId last_question() {
    wire::RequestId last;
    for (const auto& effect : out.effects())
      if (const auto* send = std::get_if<port::SendMessage>(&effect))
        if (const auto* asked = std::get_if<wire::ActorCheck>(&send->message)) last = asked->request;
    return last;
  }

  port::Ticket last_store() {
    port::Ticket ticket;
    for (const auto& effect : out.effects())
      if (const auto* store = std::get_if<port::Store>(&effect)) ticket = store->ticket;
    return ticket;
  }

  std::vector<PartitionId> doubted() {
    std::vector<PartitionId> partitions;
    for (const auto& effect : out.effects())
      if (const auto* store = std::get_if<port::Store>(&effect))
        if (const auto* doubt = std::get_if<storage::DoubtActors>(&store->command)) partitions = doubt->partitions;
    return partitions;
  }

  std::size_t asked(NodeId node) {
    std::size_t count = 0;
    for (const auto& effect : out.effects())
      if (const auto* send = std::get_if<port::SendMessage>(&effect)) count += send->to == node ? 1 : 0;
    return count;
  }

  /// The last timer that was armed goes off.
  void wait() {
    port::ArmTimer timer;
    for (const auto& effect : out.effects())
      if (const auto* armed = std::get_if<port::ArmTimer>(&effect)) timer = *armed;
    now = timer.at;
    check.on_timer(timer.ticket, now, out);
  }

  ring::Ring ring;
  port::Tickets tickets{port::Room::node};
  ActorCheck check{self, 3s, tickets};
  port::Outbox out;
  Instant now;
};

}  // namespace

TEST_CASE_FIXTURE(Starting, "actors that every other replica confirms are kept") {
  reply(second, {});
  CHECK_FALSE(check.done());
  reply(third, {});
  CHECK(check.done());
  CHECK(doubted().empty());
}

TEST_CASE_FIXTURE(Starting, "an actor that somebody knows better is durably in doubt before the node is ready") {
  reply(second, {PartitionId{1}});
  reply(third, {});
  CHECK_FALSE(check.done());
  CHECK(doubted() == std::vector{PartitionId{1}});
  answer(stored);
  CHECK(check.done());
}

TEST_CASE_FIXTURE(Starting, "what nobody confirmed in time is in doubt, and the silent are asked again until then") {
  reply(second, {});
  while (doubted().empty() && now < Instant{10s}) wait();
  CHECK(now == Instant{3s});
  CHECK(asked(second) == 1);
  CHECK(asked(third) > 3);
  CHECK(doubted() == std::vector{PartitionId{0}, PartitionId{1}});
}

TEST_CASE_FIXTURE(Starting, "a neighbour is asked as soon as its connection is there") {
  const std::size_t before = asked(third);
  check.on_connected(third, out);
  CHECK(asked(third) == before + 1);
  reply(third, {});
  check.on_connected(third, out);
  CHECK(asked(third) == before + 1);
}

TEST_CASE_FIXTURE(Starting,
                  "when the ring changes those who hold the partitions now are asked, and nobody else is waited for") {
  constexpr NodeId fourth{4};
  const wire::RequestId before = last_question();
  const std::vector<ring::Member> members{{self, "", 1}, {second, "", 1}, {fourth, "", 1}};
  ring = *ring::Ring::make({9}, {2}, 3, members, *ring::plan(members, 4, 3));
  check.on_ring(out);
  list_actors();
  reply(second, {});
  check.on_reply(fourth, {.request = before, .error = {}, .ahead = {}}, out);
  CHECK_FALSE(check.done());
  reply(fourth, {});
  CHECK(check.done());
  CHECK(doubted().empty());
}

TEST_CASE_FIXTURE(Starting, "a ring that changes gives nobody more time to answer") {
  reply(second, {});
  wait();
  check.on_ring(out);
  list_actors();
  while (doubted().empty() && now < Instant{10s}) wait();
  CHECK(now == Instant{3s});
}

TEST_CASE_FIXTURE(Starting, "a full disk delays the doubt, and never drops it") {
  reply(second, {PartitionId{0}});
  reply(third, {});
  const port::Ticket first = last_store();
  answer(fail(ErrorCode::disk_full, "no room"));
  CHECK_FALSE(check.done());
  wait();
  CHECK(last_store() != first);
  answer(stored);
  CHECK(check.done());
}

TEST_CASE_FIXTURE(Starting, "an answer for partitions that were not asked about changes nothing") {
  reply(second, {PartitionId{3}});
  reply(third, {});
  CHECK(check.done());
}

TEST_CASE("a node without actors has nothing to confirm") {
  const ring::Ring ring = three_nodes();
  port::Tickets tickets{port::Room::node};
  ActorCheck check(self, 3s, tickets);
  port::Outbox out;
  check.start({}, out);
  check.on_stored(std::get<port::Store>(out.effects().front()).ticket, storage::Answer{storage::ListActorsAnswer{}},
                  ring, {}, out);
  CHECK(check.done());
}

TEST_CASE("a node that may keep writes for what it has left over does not wait for its own answer") {
  // Partition 0 is not its own any more, but it follows the replicas in ring order.
  const std::vector<ring::Member> members{{self, "", 1}, {second, "", 1}, {third, "", 1}};
  Starting node(
      *ring::Ring::make({9}, {1}, 2, members, {{second, third}, {self, third}, {second, third}, {second, self}}));
  CHECK(node.asked(self) == 0);
  node.reply(second, {});
  node.reply(third, {});
  CHECK(node.check.done());
}

TEST_CASE("a witness looks the actors up and says where it knows more") {
  port::Tickets tickets{port::Room::node};
  ActorWitness witness(tickets);
  port::Outbox out;
  witness.on_message(second, {.request = {4}, .claims = {{PartitionId{2}, ActorId{7}, 9}}}, three_nodes(), out);
  const auto& store = std::get<port::Store>(out.effects().front());
  CHECK(std::get<storage::CheckActors>(store.command).claims.front().counter == 9);
  const port::Ticket ticket = store.ticket;
  witness.on_stored(ticket, storage::Answer{storage::CheckActorsAnswer{{PartitionId{2}}}}, out);
  const auto& send = std::get<port::SendMessage>(out.effects().back());
  CHECK(send.to == second);
  const auto& reply = std::get<wire::ActorCheckReply>(send.message);
  CHECK(reply.request == wire::RequestId{4});
  CHECK(reply.ahead == std::vector{PartitionId{2}});
}

TEST_CASE("a witness that is asked again answers the last question, once") {
  port::Tickets tickets{port::Room::node};
  ActorWitness witness(tickets);
  port::Outbox out;
  for (const std::uint64_t request : {4, 5}) witness.on_message(second, {.request = {request}}, three_nodes(), out);
  const port::Ticket first = std::get<port::Store>(out.effects().front()).ticket;
  const port::Ticket last = std::get<port::Store>(out.effects().back()).ticket;
  REQUIRE(out.effects().size() == 2);
  witness.on_stored(first, storage::Answer{storage::CheckActorsAnswer{}}, out);
  CHECK(out.effects().size() == 2);
  witness.on_stored(last, storage::Answer{storage::CheckActorsAnswer{}}, out);
  const auto& send = std::get<port::SendMessage>(out.effects().back());
  CHECK(std::get<wire::ActorCheckReply>(send.message).request == wire::RequestId{5});
}

TEST_CASE("a witness looks up for as many nodes as a cluster may have, and tells the others so") {
  port::Tickets tickets{port::Room::node};
  ActorWitness witness(tickets);
  port::Outbox out;
  for (std::uint64_t id = 0; id <= ring::members_max; ++id)
    witness.on_message(NodeId{100 + id}, {.request = {id}}, three_nodes(), out);
  const auto is_lookup = [](const port::Effect& effect) { return std::holds_alternative<port::Store>(effect); };
  CHECK(std::ranges::count_if(out.effects(), is_lookup) == ring::members_max);
  const auto& refused = std::get<port::SendMessage>(out.effects().back());
  CHECK(refused.to == NodeId{100 + ring::members_max});
  CHECK(std::get<wire::ActorCheckReply>(refused.message).error->code == ErrorCode::overloaded);
}

TEST_CASE("a witness refuses a claim about a partition that its ring does not have") {
  port::Tickets tickets{port::Room::node};
  ActorWitness witness(tickets);
  port::Outbox out;
  witness.on_message(second, {.request = {4}, .claims = {{PartitionId{60'000}, ActorId{7}, 9}}}, three_nodes(), out);
  const auto& notice = std::get<port::Notice>(out.effects().front());
  CHECK(notice.kind == port::NoticeKind::message_malformed);
  CHECK(notice.about == second);
  const auto& reply = std::get<wire::ActorCheckReply>(std::get<port::SendMessage>(out.effects().back()).message);
  CHECK(reply.request == wire::RequestId{4});
  CHECK(reply.error->code == ErrorCode::malformed);
}

TEST_CASE("a node that may keep a write for a replica is asked too, and what it says counts") {
  // The second node is no replica of the first partitions, but follows them in ring order.
  const std::vector<ring::Member> members{{self, "", 1}, {second, "", 1}, {third, "", 1}};
  Starting node(
      *ring::Ring::make({9}, {1}, 2, members, {{self, third}, {self, third}, {second, third}, {second, self}}));
  node.reply(third, {});
  CHECK_FALSE(node.check.done());
  node.reply(second, {PartitionId{1}});
  CHECK(node.doubted() == std::vector{PartitionId{1}});
}
