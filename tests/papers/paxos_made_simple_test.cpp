#include <doctest/doctest.h>

#include "../unit/topology/assembly.hpp"

/// Lamport, Paxos Made Simple (2001), section by section. A value is a ring, an instance is an epoch,
/// an agent is a delegate of the assembly, which proposes, votes and learns.

using namespace starling;
using namespace starling::topology::testing;
using topology::Acceptor;
using wire::Ballot;

namespace {

constexpr Epoch second{2};

/// One acceptor with a disk that saves at once.
struct Voter {
  port::Tickets tickets{port::Room::topology};
  Acceptor acceptor{tickets};
  Bytes record;

  Voter() { acceptor.vote_on(second); }

  std::optional<Acceptor::Reply> settled(std::optional<Acceptor::Reply> reply, port::Outbox& out) {
    for (auto& effect : out.effects()) {
      auto& store = std::get<port::Store>(effect);
      record = std::get<storage::SaveRecord>(store.command).bytes;
      reply = acceptor.on_stored(store.ticket, storage::Answer{storage::Done{}});
    }
    return reply;
  }
  wire::PaxosPromise prepare(Ballot ballot) {
    port::Outbox out;
    auto reply = acceptor.on_prepare(ballot.node, {second, ballot}, out);
    return std::get<wire::PaxosPromise>(settled(std::move(reply), out)->answer);
  }
  wire::PaxosAccepted accept(Ballot ballot, const ring::Ring& ring) {
    port::Outbox out;
    auto reply = acceptor.on_accept(ballot.node, {second, ballot, encode(ring)}, out);
    return std::get<wire::PaxosAccepted>(settled(std::move(reply), out)->answer);
  }
};

Ballot ballot(std::uint64_t round, std::uint64_t node) { return {round, NodeId{node}}; }
ring::Ring ring_with(std::uint32_t weight) { return successor(ring_of(3), weight); }
bool yes(const auto& answer) { return answer.promised == answer.ballot; }

/// Everybody goes by the ring with this weight in the first member.
void check_chosen(const Assembly& assembly, std::uint32_t weight) {
  CHECK(assembly.contradictions == 0);
  for (std::size_t i = 0; i < assembly.size(); ++i) {
    CHECK(assembly.epoch(i) == second);
    CHECK(assembly.ring(i).members().front().weight == weight);
  }
}

}  // namespace

TEST_CASE("2.1 P1: an acceptor accepts the first proposal that it receives") {
  Voter voter;
  CHECK(yes(voter.accept(ballot(1, 1), ring_with(5))));
}

TEST_CASE("2.1: a value is chosen when a majority has accepted it, and not before") {
  Assembly assembly(5);
  std::size_t accepts = 0;
  assembly.passes = [&](NodeId, NodeId, const wire::Message& message) {
    return !std::holds_alternative<wire::PaxosAccept>(message) || ++accepts <= 1;  // to one, beside the proposer
  };
  assembly.propose(0, 5);
  assembly.run(400ms);  // nothing is sent again yet
  CHECK(assembly.decided.empty());
  assembly.passes = nullptr;
  assembly.run(1s);
  CHECK(assembly.decided.size() == 1);
}

TEST_CASE("2.1: a single agent decides by itself") {
  Assembly assembly(1);
  assembly.propose(0, 5);
  assembly.run(1s);
  check_chosen(assembly, 5);
}

TEST_CASE("2.1 P2: once a value is chosen, every proposal with a higher number has that value") {
  Assembly assembly(3);
  assembly.passes = [](NodeId, NodeId, const wire::Message& message) {
    return !std::holds_alternative<wire::PaxosAccepted>(message);  // chosen, and nobody has learned it
  };
  assembly.propose(0, 5);
  assembly.run(400ms);
  REQUIRE(assembly.decided.empty());
  assembly.crash(0);
  assembly.passes = nullptr;
  assembly.propose(1, 6);
  assembly.run(10s);
  REQUIRE(assembly.decided.size() == 1);
  CHECK(assembly.ring(1).members().front().weight == 5);
}

TEST_CASE("2.1 P1a: a proposal is accepted iff no prepare request with a greater number was answered") {
  Voter voter;
  CHECK(yes(voter.prepare(ballot(3, 1))));
  CHECK_FALSE(yes(voter.accept(ballot(2, 2), ring_with(5))));
  CHECK(yes(voter.accept(ballot(3, 1), ring_with(6))));
  CHECK(yes(voter.accept(ballot(4, 2), ring_with(6))));
}

TEST_CASE("2.1 P2c: the answer to a prepare request names the highest proposal below it that was accepted") {
  Voter voter;
  CHECK(voter.prepare(ballot(1, 1)).accepted.round == 0);
  voter.accept(ballot(1, 1), ring_with(5));
  voter.accept(ballot(2, 2), ring_with(6));
  const auto promise = voter.prepare(ballot(3, 3));
  CHECK(promise.accepted == ballot(2, 2));
  CHECK(promise.ring == encode(ring_with(6)));
}

TEST_CASE("2.2 phase 1: a prepare request below the promise is refused, and the refusal names the promise") {
  Voter voter;
  voter.prepare(ballot(3, 1));
  const auto refusal = voter.prepare(ballot(2, 9));
  CHECK_FALSE(yes(refusal));
  CHECK(refusal.promised == ballot(3, 1));
  CHECK(yes(voter.prepare(ballot(3, 1))));  // asked again
}

TEST_CASE("2.2 phase 2: the value is that of the highest proposal among the responses") {
  Assembly assembly(5);
  assembly.crash(3);
  assembly.crash(4);
  assembly.passes = [](NodeId, NodeId, const wire::Message&) { return false; };
  assembly.tell(1, NodeId{4}, wire::PaxosAccept{second, ballot(2, 4), encode(successor(ring_of(5), 7))});
  assembly.tell(2, NodeId{5}, wire::PaxosAccept{second, ballot(1, 5), encode(successor(ring_of(5), 8))});
  assembly.run(10ms);
  assembly.passes = nullptr;
  assembly.propose(0, 5);
  assembly.run(10s);
  CHECK(assembly.ring(0).members().front().weight == 7);
}

TEST_CASE("2.2: what an acceptor must remember survives its crash") {
  Voter voter;
  voter.prepare(ballot(4, 1));
  voter.accept(ballot(4, 1), ring_with(5));
  Voter again;
  REQUIRE(again.acceptor.resume(voter.record));
  again.acceptor.vote_on(second);
  CHECK_FALSE(yes(again.prepare(ballot(3, 2))));
  CHECK(again.prepare(ballot(5, 2)).ring == encode(ring_with(5)));
}

TEST_CASE("2.2: nothing is answered before it is durable") {
  Voter voter;
  port::Outbox out;
  CHECK_FALSE(voter.acceptor.on_prepare({1}, {second, ballot(1, 1)}, out));
  REQUIRE(out.effects().size() == 1);
  const auto& store = std::get<port::Store>(out.effects().front());
  CHECK(voter.acceptor.on_stored(store.ticket, storage::Answer{storage::Done{}}));
}

TEST_CASE("2.2: what could not be saved is not answered") {
  Voter voter;
  port::Outbox out;
  CHECK_FALSE(voter.acceptor.on_prepare({1}, {second, ballot(1, 1)}, out));
  const auto& store = std::get<port::Store>(out.effects().front());
  CHECK_FALSE(voter.acceptor.on_stored(store.ticket, fail(ErrorCode::unavailable, "the disk is full")));
}

TEST_CASE("2.3: a proposer that lost all answers learns by asking again") {
  Assembly assembly(3);
  assembly.weather.lost_percent = 70;
  assembly.propose(0, 5);
  assembly.run(60s);
  assembly.weather = {};
  assembly.run(10s);
  CHECK(assembly.decided.size() == 1);
  CHECK(assembly.epoch(0) == second);
}

TEST_CASE("2.3: who has not learned finds out by a proposal of its own") {
  Assembly assembly(3);
  assembly[2].listens = false;
  assembly.propose(0, 5);
  assembly.run(5s);
  REQUIRE(assembly.decided.size() == 1);
  assembly[2].listens = true;
  assembly.propose(1, 6);  // goes by the old ring still
  assembly.propose(2, 7);
  assembly.run(20s);
  check_chosen(assembly, 5);
}

TEST_CASE("2.4: two proposers who outbid each other end, because each waits for a random while") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Assembly assembly(3, seed);
    assembly.weather = {.delay_max = 200ms, .save_max = 50ms};
    for (std::size_t i = 0; i < 3; ++i) assembly.propose(i, static_cast<std::uint32_t>(10 + i));
    assembly.run(60s);
    CHECK(assembly.contradictions == 0);
    CHECK(assembly.decided.size() >= 1);
    for (std::size_t i = 0; i < 3; ++i) CHECK(assembly.epoch(i) >= second);
  }
}

TEST_CASE("2.4: one proposer alone gets through with any majority") {
  Assembly assembly(5);
  assembly.crash(3);
  assembly.crash(4);
  assembly.propose(0, 5);
  assembly.run(5s);
  CHECK(assembly.epoch(0) == second);
}

TEST_CASE("2.4: without a majority nothing is decided") {
  Assembly assembly(4);
  assembly.crash(2);
  assembly.crash(3);
  assembly.propose(0, 5);
  assembly.run(600s);
  CHECK(assembly.decided.empty());
}

TEST_CASE("2.5: no two proposals have one number, also across a crash of their proposer") {
  Assembly assembly(3);
  std::map<Ballot, Bytes> proposals;
  bool twice = false;
  assembly.passes = [&](NodeId, NodeId, const wire::Message& message) {
    if (const auto* accept = std::get_if<wire::PaxosAccept>(&message))
      twice |= proposals.emplace(accept->ballot, accept->ring).first->second != accept->ring;
    return std::holds_alternative<wire::PaxosPrepare>(message) || std::holds_alternative<wire::PaxosPromise>(message);
  };
  for (std::uint32_t life = 0; life < 10; ++life) {
    assembly.propose(0, 5 + life);
    assembly.run(50ms);
    assembly.crash(0);
    assembly.start(0);
  }
  CHECK(proposals.size() == 10);
  CHECK_FALSE(twice);
}
