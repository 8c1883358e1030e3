#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "membership/bounds.hpp"
#include "membership/suspicion.hpp"
#include "support/gossip_clusters.hpp"
#include "support/lone_member.hpp"

/// SWIM (DSN 2002) §4.1, dissemination on the back of pings and answers, and §4.2, suspicion before death.
using namespace starling;
using membership::Profile;
using port::NoticeKind;
using test::GossipNetwork;
using test::LoneMember;
using test::seconds;
using test::settled;
using wire::MemberState;

TEST_CASE("SWIM 4.1: news rides on pings and answers, and not only on gossip") {
  const auto news = LoneMember::statement(LoneMember::peer(3), MemberState::alive, 1);
  const auto carries_it = [](const LoneMember::Sent& sent) {
    return std::any_of(sent.datagram.updates.begin(), sent.datagram.updates.end(), [](const auto& update) {
      return update.node == LoneMember::peer(3) && update.incarnation == 1;
    });
  };
  LoneMember member(6);
  const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
  member.say(ping.target, wire::Ack{ping.sequence});
  // Shortly before the next ping, so that gossip has not exhausted the news.
  member.run_for(990ms);
  member.say(LoneMember::peer(0), wire::Gossip{}, {news});
  CHECK(carries_it(member.run_until_sent<wire::Ping>()));

  LoneMember asked(6);
  asked.say(LoneMember::peer(0), wire::Ping{1, {}}, {news});
  REQUIRE(asked.sent_with<wire::Ack>().size() == 1);
  CHECK(carries_it(asked.sent_with<wire::Ack>().front()));
}

TEST_CASE("SWIM 4.1: each member passes a piece of news on λ⌈log10(n+1)⌉ times, and then falls silent") {
  LoneMember member(6);
  member.run_for(400ms);
  member.forget();
  auto news = LoneMember::statement(LoneMember::peer(3), MemberState::alive, 1);
  member.say(LoneMember::peer(0), wire::Gossip{}, {news});
  member.run_for(400ms);
  std::size_t told = 0;
  for (const auto& sent : member.sent)
    for (const auto& update : sent.datagram.updates) told += update.node == news.node && update.incarnation == 1;
  // n = 7: one digit.
  CHECK(told == 4);
}

TEST_CASE("SWIM 4.1: a piece of news reaches all of hundred within the bound of the spread") {
  auto network = settled(100, 1);
  // A node that leaves says one thing, once.
  network.leave(17);
  const auto bound = membership::spread_bound(Profile::lan(), 100);
  const auto took = network.run_until([&] { return network.all_see(17, MemberState::left); }, bound);
  MESSAGE("one update reaches 100 nodes in " << seconds(took) << " s, bound " << seconds(bound) << " s");
}

TEST_CASE("SWIM 4.2: whoever does not answer is suspected first, and dead only when nobody contradicts in time") {
  LoneMember member(3);
  const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
  member.run_for(1010ms);
  CHECK(member.view_of(ping.target).state == MemberState::suspect);
  CHECK(member.view_of(ping.target).accusers == std::vector{LoneMember::us()});
  CHECK(member.room.reachable(ping.target));
  member.run_for(membership::SuspicionSpan::of(Profile::lan(), 4).max + 1s);
  CHECK(member.view_of(ping.target).state == MemberState::dead);
  CHECK_FALSE(member.room.reachable(ping.target));
}

TEST_CASE("SWIM 4.2: a higher incarnation refutes suspicion, the same one does not") {
  LoneMember member(3);
  const NodeId peer = LoneMember::peer(0);
  member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(peer, MemberState::suspect, 4)});
  member.say(peer, wire::Gossip{}, {LoneMember::statement(peer, MemberState::alive, 4)});
  CHECK(member.view_of(peer).state == MemberState::suspect);
  member.say(peer, wire::Gossip{}, {LoneMember::statement(peer, MemberState::alive, 5)});
  CHECK(member.view_of(peer).state == MemberState::alive);
  member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(peer, MemberState::suspect, 4)});
  CHECK(member.view_of(peer).state == MemberState::alive);
}

TEST_CASE("SWIM 4.2: an answer alone does not lift a suspicion; only the member's own words do") {
  LoneMember member(1);
  const NodeId peer = LoneMember::peer(0);
  member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(peer, MemberState::suspect)});
  const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
  member.say(peer, wire::Ack{ping.sequence});
  CHECK(member.view_of(peer).state == MemberState::suspect);
}

TEST_CASE("SWIM 4.2: nobody but the member raises its incarnation") {
  auto network = settled(10, 2);
  network.crash(9);
  network.run_for(5min);
  for (std::size_t viewer = 0; viewer < 9; ++viewer) CHECK(network.at(viewer).find(network.id(9))->incarnation == 0);
}

TEST_CASE("SWIM 4.2: a suspected member is still probed") {
  LoneMember member(1);
  member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(LoneMember::peer(0), MemberState::suspect)});
  member.forget();
  const auto ping = member.run_until_sent<wire::Ping>();
  CHECK(std::get<wire::Ping>(ping.datagram.body).target == LoneMember::peer(0));
}

TEST_CASE("refutation: a member that was cut off for a while is suspected, refutes and never dies") {
  auto network = settled(20, 3);
  network.passes = [](std::size_t from, std::size_t to) { return from != 5 && to != 5; };
  REQUIRE(network.run_until([&] { return network.false_ones(NoticeKind::member_suspected) > 3; }, 30s));
  network.heal();
  CHECK(network.run_until([&] { return network.is_whole(); }, 20s));
  CHECK(network.at(5).self().incarnation > 0);
  CHECK(network.count(NoticeKind::refuted_suspicion, 5) > 0);
  for (const auto& told : network.told())
    if (told.notice.kind == NoticeKind::member_died) CHECK(told.teller == 5);
}

TEST_CASE("accuracy: at 10 % loss nobody dies in an hour, with streams or without") {
  for (const bool with_streams : {true, false}) {
    GossipNetwork network(4, Profile::lan());
    network.weather.loss_percent = 10;
    network.weather.duplicate_percent = 2;
    network.start(25);
    REQUIRE(network.run_until([&] { return network.is_whole(); }, 30s));
    if (!with_streams) network.stream_passes = [](std::size_t, std::size_t) { return false; };
    network.run_for(1h);
    MESSAGE("25 nodes, an hour at 10 % loss, "
            << std::string(with_streams ? "with" : "without")
            << " streams: " << network.false_ones(NoticeKind::member_suspected) << " notices of false suspicion, "
            << network.count(NoticeKind::refuted_suspicion) << " refutations, "
            << network.count(NoticeKind::probe_failed) << " failed probes of 90,000");
    CHECK(network.false_ones(NoticeKind::member_died) == 0);
  }
}

TEST_CASE("accuracy: at 30 % loss a crash is still found by all, and nobody else dies") {
  GossipNetwork network(5, Profile::lan());
  network.weather.loss_percent = 30;
  network.start(20);
  REQUIRE(network.run_until([&] { return network.is_whole(); }, 60s));
  network.crash(7);
  const auto took = network.run_until([&] { return network.all_see(7, MemberState::dead); },
                                      membership::certain_detection_bound(Profile::lan(), 20));
  MESSAGE("at 30 % loss a death among 20 is known to all after " << seconds(took) << " s");
  network.run_for(10min);
  CHECK(network.false_ones(NoticeKind::member_died) == 0);
}
