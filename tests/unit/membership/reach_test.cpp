#include <doctest/doctest.h>

#include <set>

#include "membership/outreach.hpp"
#include "membership/push_pull.hpp"
#include "support/gossip_network.hpp"
#include "support/lone_member.hpp"

using namespace starling;
using membership::Members;
using membership::Outreach;
using membership::Profile;
using membership::PushPullRounds;
using test::LoneMember;
using wire::MemberState;

namespace {

Members cluster(std::size_t live, std::size_t dead, std::size_t left = 0) {
  Members members;
  std::size_t next = 0;
  for (std::size_t i = 0; i < live; ++i) members.merge(LoneMember::statement(LoneMember::peer(next++)));
  for (std::size_t i = 0; i < dead; ++i)
    members.merge(LoneMember::statement(LoneMember::peer(next++), MemberState::dead));
  for (std::size_t i = 0; i < left; ++i)
    members.merge(LoneMember::statement(LoneMember::peer(next++), MemberState::left));
  return members;
}

const Address ourselves = LoneMember::address_of(LoneMember::us());

std::size_t tries(Outreach& outreach, const Members& members, std::size_t periods) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < periods; ++i) count += outreach.take_turn(members, ourselves, Instant{}).has_value();
  return count;
}

}  // namespace

TEST_CASE("each of the live tries the dead so seldom that all together try about twice in a period") {
  Outreach outreach(1s, Random(1));
  // 40 live and ourselves, one dead: 2 of 41 periods.
  const auto found = tries(outreach, cluster(40, 1), 41'000);
  CHECK(found > 1800);
  CHECK(found < 2200);
}

TEST_CASE("whoever is alone among the dead tries one of them in every period, and each in its turn") {
  Outreach outreach(1s, Random(1));
  const auto members = cluster(0, 10);
  std::set<NodeId> tried;
  for (int i = 0; i < 200; ++i) tried.insert(outreach.take_turn(members, ourselves, Instant{})->node);
  CHECK(tried.size() == 10);
}

TEST_CASE("the departed are left in peace, and so is a cluster where nobody is missed") {
  Outreach outreach(1s, Random(1));
  CHECK(tries(outreach, cluster(3, 0, 5), 1000) == 0);
}

TEST_CASE("a seed is missed until somebody lives there; our own address never is") {
  Outreach outreach(1s, Random(1));
  const Address seed = LoneMember::address_of(LoneMember::peer(0));
  outreach.set_seeds({seed, ourselves});
  const auto contact = outreach.choose(cluster(0, 0), ourselves);
  REQUIRE(contact);
  CHECK(contact->address == seed);
  CHECK_FALSE(contact->node);
  CHECK_FALSE(outreach.choose(cluster(1, 0), ourselves));
  CHECK(outreach.choose(cluster(0, 1), ourselves)->node == LoneMember::peer(0));
}

TEST_CASE("states are exchanged in every probe period until the first answer, then seldom") {
  PushPullRounds rounds(Profile::lan(), Random(1));
  rounds.start(Instant{});
  CHECK(rounds.take_due(Instant{}, 3));
  CHECK_FALSE(rounds.take_due(Instant{900ms}, 3));
  CHECK(rounds.take_due(Instant{1s}, 3));
  rounds.on_answer();
  CHECK(rounds.take_due(Instant{2s}, 3));
  CHECK_FALSE(rounds.take_due(Instant{24s}, 3));
  CHECK(rounds.take_due(Instant{40s}, 3));
}

TEST_CASE("a return from the dead hurries the next exchange, and only that one") {
  PushPullRounds rounds(Profile::lan(), Random(1));
  rounds.start(Instant{});
  rounds.on_answer();
  CHECK(rounds.take_due(Instant{}, 3));
  rounds.hurry(Instant{1s});
  CHECK_FALSE(rounds.take_due(Instant{2900ms}, 3));
  CHECK(rounds.take_due(Instant{7s}, 3));
  CHECK_FALSE(rounds.take_due(Instant{28s}, 3));
}

TEST_CASE("when we hear that somebody is back from the dead, we exchange states within a few periods") {
  for (const bool is_back : {true, false}) {
    LoneMember member(3);
    member.say_by_stream(LoneMember::peer(1), wire::PushPull{.reply_wanted = false, .epoch = {}, .members = {}});
    const NodeId lost = LoneMember::peer(0);
    member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(lost, MemberState::dead)});
    member.run_answered_for(2s);
    member.forget();
    if (is_back) member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(lost, MemberState::alive, 1)});
    member.run_answered_for(7s);
    CHECK(member.messages_with<wire::PushPull>().empty() != is_back);
  }
}

TEST_CASE("until the first answer to an exchange it is tried again, and an introduction is none") {
  for (const bool is_answer : {true, false}) {
    LoneMember member(2);
    std::vector<wire::MemberUpdate> said{LoneMember::statement(LoneMember::peer(0))};
    if (is_answer) said.push_back(LoneMember::statement(LoneMember::peer(1)));
    member.say_by_stream(LoneMember::peer(0), wire::PushPull{.reply_wanted = false, .epoch = {}, .members = said});
    member.run_answered_for(2s);
    member.forget();
    member.run_answered_for(5s);
    CHECK(member.messages_with<wire::PushPull>().empty() == is_answer);
  }
}

TEST_CASE("the larger the cluster, the rarer the exchange") {
  CHECK(membership::push_pull_period(Profile::lan(), 2) == 30s);
  CHECK(membership::push_pull_period(Profile::lan(), 32) == 30s);
  CHECK(membership::push_pull_period(Profile::lan(), 33) == 60s);
  CHECK(membership::push_pull_period(Profile::lan(), 100) == 90s);
  CHECK(membership::push_pull_period(Profile::lan(), 1000) == 180s);
}

TEST_CASE("an exchange is answered with all we know, its news included, and an answer is not answered") {
  LoneMember member(2);
  member.forget();
  const auto stranger = LoneMember::statement(NodeId{40});
  member.say_by_stream(LoneMember::peer(0), wire::PushPull{.reply_wanted = true, .epoch = {}, .members = {stranger}});
  const auto answers = member.messages_with<wire::PushPull>();
  REQUIRE(answers.size() == 1);
  CHECK(answers.front().first == LoneMember::peer(0));
  CHECK_FALSE(answers.front().second.reply_wanted);
  CHECK(answers.front().second.members.size() == 4);
  member.forget();
  member.say_by_stream(LoneMember::peer(0), wire::PushPull{.reply_wanted = false, .epoch = {}, .members = {stranger}});
  CHECK(member.messages_with<wire::PushPull>().empty());
}

TEST_CASE("the same seed gives the same datagrams, to the byte") {
  const auto trace_of = [](std::uint64_t seed) {
    test::GossipNetwork network(seed, Profile::lan());
    network.weather.loss_percent = 10;
    std::uint64_t trace = 0;
    network.watch = [&](std::size_t from, const Address& to, const Bytes& bytes) {
      trace = trace * 31 + hash64(bytes) + from + to.port;
    };
    network.start(10);
    network.run_for(20s);
    network.crash(3);
    network.run_for(1min);
    return trace;
  };
  CHECK(trace_of(1) == trace_of(1));
  CHECK(trace_of(1) != trace_of(2));
}
