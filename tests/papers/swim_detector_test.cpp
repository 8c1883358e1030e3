#include <doctest/doctest.h>

#include <map>
#include <set>

#include "membership/bounds.hpp"
#include "support/gossip_clusters.hpp"
#include "support/lone_member.hpp"
#include "wire/codec.hpp"

/// The failure detector of "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership
/// Protocol" (Das, Gupta, Motivala, DSN 2002): §3.1 the protocol period, §4.3 round-robin probe targets.
using namespace starling;
using membership::Profile;
using port::NoticeKind;
using test::GossipNetwork;
using test::LoneMember;
using test::seconds;
using test::settled;
using wire::MemberState;

TEST_CASE("SWIM 3.1: in each period one member is pinged, and it answers with the ping's number") {
  LoneMember member(5);
  for (int period = 0; period < 20; ++period) {
    const auto ping = member.run_until_sent<wire::Ping>();
    const auto& body = std::get<wire::Ping>(ping.datagram.body);
    CHECK(ping.to == LoneMember::address_of(body.target));
    const Instant asked = member.now;
    member.say(body.target, wire::Ack{body.sequence});
    member.forget();
    const auto next = member.run_until_sent<wire::Ping>();
    CHECK(member.now - asked == 1s);
    member.say(std::get<wire::Ping>(next.datagram.body).target,
               wire::Ack{std::get<wire::Ping>(next.datagram.body).sequence});
  }
  CHECK(member.count(NoticeKind::probe_failed) == 0);
}

TEST_CASE("SWIM 3.1: without an answer in time, k others are asked to ping, and the stream is tried") {
  LoneMember member(6);
  const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
  CHECK(member.sent_with<wire::PingRequest>().empty());
  member.run_for(500ms);
  const auto requests = member.sent_with<wire::PingRequest>();
  REQUIRE(requests.size() == 3);
  std::set<Address> helpers;
  for (const auto& sent : requests) {
    const auto& request = std::get<wire::PingRequest>(sent.datagram.body);
    CHECK(request.target == ping.target);
    CHECK(request.address == LoneMember::address_of(ping.target));
    CHECK(sent.to != request.address);
    helpers.insert(sent.to);
  }
  CHECK(helpers.size() == 3);
  const auto knocks = member.messages_with<wire::StreamPing>();
  REQUIRE(knocks.size() == 1);
  CHECK(knocks.front().first == ping.target);
}

TEST_CASE("SWIM 3.1: an answer through a helper, over the stream, or late but within the period, is an answer") {
  for (int way = 0; way < 3; ++way) {
    LoneMember member(6);
    const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
    const auto request = member.run_until_sent<wire::PingRequest>();
    const auto sequence = std::get<wire::PingRequest>(request.datagram.body).sequence;
    const NodeId helper = LoneMember::node_at(request.to);
    if (way == 0) member.say(helper, wire::Ack{sequence});
    if (way == 1)
      member.say_by_stream(ping.target,
                           wire::StreamAck{member.messages_with<wire::StreamPing>().front().second.sequence});
    if (way == 2) member.say(ping.target, wire::Ack{ping.sequence});
    member.run_for(600ms);
    CHECK(member.count(NoticeKind::probe_failed) == 0);
  }
}

TEST_CASE("SWIM 3.1: an answer to another question, or from somebody who was not asked, is none") {
  LoneMember member(3);
  const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
  member.say(ping.target, wire::Ack{ping.sequence + 1});
  for (std::size_t i = 0; i < 3; ++i)
    if (LoneMember::peer(i) != ping.target) member.say(LoneMember::peer(i), wire::Ack{ping.sequence});
  member.run_for(1s);
  CHECK(member.count(NoticeKind::probe_failed) == 1);
}

TEST_CASE("SWIM 3.1: whoever is asked to ping passes the answer on to the one who asked") {
  LoneMember member(6);
  const NodeId asking = LoneMember::peer(0);
  const NodeId target = LoneMember::peer(1);
  member.forget();
  member.say(asking,
             wire::PingRequest{
                 .sequence = 4711, .target = target, .address = LoneMember::address_of(target), .remaining = 500ms});
  const auto pings = member.sent_with<wire::Ping>();
  REQUIRE(pings.size() == 1);
  CHECK(pings.front().to == LoneMember::address_of(target));
  const auto ours = std::get<wire::Ping>(pings.front().datagram.body).sequence;
  CHECK(ours != 4711);
  member.say(LoneMember::peer(2), wire::Ack{ours});
  CHECK(member.sent_with<wire::Ack>().empty());
  member.say(target, wire::Ack{ours});
  member.say(target, wire::Ack{ours});
  const auto acks = member.sent_with<wire::Ack>();
  REQUIRE(acks.size() == 1);
  CHECK(acks.front().to == LoneMember::address_of(asking));
  CHECK(std::get<wire::Ack>(acks.front().datagram.body).sequence == 4711);
}

TEST_CASE("SWIM 3.1: a ping meant for a node that lived here before is not answered") {
  LoneMember member(2);
  member.say(LoneMember::peer(0), wire::Ping{1, NodeId{999}});
  CHECK(member.sent_with<wire::Ack>().empty());
  member.say(LoneMember::peer(0), wire::Ping{2, LoneMember::us()});
  member.say(LoneMember::peer(0), wire::Ping{3, {}});
  CHECK(member.sent_with<wire::Ack>().size() == 2);
}

TEST_CASE("SWIM 3.1: two members that cannot reach each other stay alive through the others") {
  auto network = settled(8, 1);
  network.passes = [](std::size_t from, std::size_t to) { return from + to != 1; };
  network.run_for(10min);
  CHECK(network.false_ones(NoticeKind::member_suspected) == 0);
  CHECK(network.is_whole());
}

TEST_CASE("SWIM 3.1: a member whom no datagram reaches stays alive by its streams") {
  auto network = settled(8, 2);
  network.datagram_passes = [](std::size_t from, std::size_t to) { return from != 3 && to != 3; };
  network.run_for(10min);
  CHECK(network.count(NoticeKind::member_died) == 0);
}

TEST_CASE("SWIM 3.1: the load of a member does not grow with the cluster") {
  std::map<std::size_t, double> load;
  for (const std::size_t nodes : {10, 50, 100}) {
    auto network = settled(nodes, 3);
    network.run_for(1min);
    const auto before = network.datagrams();
    network.run_for(5min);
    load[nodes] = static_cast<double>(network.datagrams() - before) / (300.0 * static_cast<double>(nodes));
    MESSAGE(nodes << " quiet nodes: " << load[nodes] << " datagrams a second from each");
    // One ping and one answer in each period, and nothing else.
    CHECK(load[nodes] < 2.1);
  }
}

TEST_CASE("SWIM 4.3: every member is probed once in each round, so at most 2n - 1 periods apart") {
  constexpr std::size_t peers = 9;
  LoneMember member(peers);
  std::map<NodeId, int> last;
  for (int period = 0; period < 20 * static_cast<int>(peers); ++period) {
    const auto ping = std::get<wire::Ping>(member.run_until_sent<wire::Ping>().datagram.body);
    if (last.contains(ping.target)) CHECK(period - last[ping.target] <= 2 * static_cast<int>(peers) - 1);
    last[ping.target] = period;
    member.say(ping.target, wire::Ack{ping.sequence});
    member.forget();
  }
  CHECK(last.size() == peers);
}

TEST_CASE("completeness: every crash is found by all, in clusters of any size, within the certain bound") {
  for (const std::size_t nodes : {2, 3, 5, 20}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      auto network = settled(nodes, seed);
      network.crash(nodes - 1);
      const auto bound = membership::certain_detection_bound(Profile::lan(), nodes);
      CHECK(network.run_until([&] { return network.all_see(nodes - 1, MemberState::dead); }, bound));
      CHECK(network.false_ones(NoticeKind::member_died) == 0);
    }
  }
}

TEST_CASE("completeness: a third of the cluster crashing at once is found, and nobody else") {
  auto network = settled(30, 4);
  for (std::size_t node = 0; node < 10; ++node) network.crash(node);
  const auto all_found = [&] {
    for (std::size_t node = 0; node < 10; ++node)
      if (!network.all_see(node, MemberState::dead)) return false;
    return true;
  };
  const auto took = network.run_until(all_found, membership::certain_detection_bound(Profile::lan(), 30));
  MESSAGE("10 of 30 dead, known to all after " << seconds(took) << " s");
  network.run_for(5min);
  CHECK(network.false_ones(NoticeKind::member_died) == 0);
  CHECK(network.is_whole());
}

TEST_CASE("hundred nodes that start with one seed know each other within the bound") {
  for (const auto& profile : {Profile::lan(), Profile::local()}) {
    GossipNetwork network(1, profile);
    network.start(100);
    const auto bound = membership::start_bound(profile, 100);
    const auto took = network.run_until([&] { return network.is_whole(); }, bound);
    MESSAGE("100 nodes know each other after " << seconds(took) << " s, bound " << seconds(bound) << " s");
  }
}

TEST_CASE("a death among hundred is known to all within the bound") {
  for (const auto& profile : {Profile::lan(), Profile::local()}) {
    const auto bound = membership::likely_detection_bound(profile, 100);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      auto network = settled(100, seed, profile);
      network.crash(42);
      const auto took = network.run_until([&] { return network.all_see(42, MemberState::dead); }, bound);
      MESSAGE("a death among 100 is known to all after " << seconds(took) << " s, bound " << seconds(bound) << " s");
    }
  }
}
