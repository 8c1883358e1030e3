#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "membership/bounds.hpp"
#include "membership/health.hpp"
#include "membership/suspicion.hpp"
#include "support/gossip_clusters.hpp"
#include "support/lone_member.hpp"

/// "Lifeguard: Local Health Awareness for More Accurate Failure Detection", Dadgar, Phillips, Currey,
/// arXiv 1707.00788: §IV-A local health aware probe, §IV-B local health aware suspicion, §IV-C buddy system.
using namespace starling;
using membership::LocalHealth;
using membership::Profile;
using membership::SuspicionSpan;
using port::NoticeKind;
using test::GossipNetwork;
using test::LoneMember;
using test::seconds;
using test::settled;
using wire::MemberState;

namespace {

/// The probe under way (or the next) fails; `nacks` of its helpers say that they had no answer either.
void fail_probe(LoneMember& member, std::size_t nacks) {
  member.forget();
  member.run_until_sent<wire::PingRequest>();
  const auto requests = member.sent_with<wire::PingRequest>();
  for (std::size_t i = 0; i < std::min(nacks, requests.size()); ++i) {
    const NodeId helper = LoneMember::node_at(requests[i].to);
    member.say(helper, wire::Nack{std::get<wire::PingRequest>(requests[i].datagram.body).sequence});
  }
  while (member.count(NoticeKind::probe_failed) == 0) member.run_for(1ms);
}

wire::MemberUpdate suspicion_of(NodeId suspect, std::vector<NodeId> accusers) {
  auto said = LoneMember::statement(suspect, MemberState::suspect);
  said.accusers = std::move(accusers);
  return said;
}

}  // namespace

TEST_CASE("IV-A: the multiplier stays between 0 and 8, and scales what is given to it") {
  LocalHealth health;
  CHECK_FALSE(health.improve());
  CHECK(health.scale(500ms) == 500ms);
  for (int i = 0; i < 8; ++i) CHECK(health.worsen());
  CHECK_FALSE(health.worsen());
  CHECK(health.score() == 8);
  CHECK(health.scale(1s) == 9s);
  CHECK(health.improve());
  CHECK(health.score() == 7);
}

TEST_CASE("IV-A: in doubt of ourselves we probe more slowly and wait longer") {
  LoneMember member(6);
  fail_probe(member, 0);
  REQUIRE(member.room.health() == 1);
  // The next period began as this one failed.
  const Instant began = member.now;
  member.run_until_sent<wire::PingRequest>();
  CHECK(member.now - began == 1s);
  member.run_until_sent<wire::Ping>();
  CHECK(member.now - began == 2s);
}

TEST_CASE("IV-A: a probe that succeeds lowers the multiplier, one that fails while helpers are silent raises it") {
  LoneMember member(6);
  fail_probe(member, 2);
  CHECK(member.room.health() == 1);
  fail_probe(member, 0);
  CHECK(member.room.health() == 2);
  const auto ping = std::get<wire::Ping>(member.sent_with<wire::Ping>().back().datagram.body);
  member.say(ping.target, wire::Ack{ping.sequence});
  CHECK(member.room.health() == 1);
}

TEST_CASE("IV-A: a failure that every helper confirms is not our fault") {
  LoneMember member(6);
  fail_probe(member, 3);
  CHECK(member.room.health() == 0);
  CHECK(member.count(NoticeKind::member_suspected) == 1);
}

TEST_CASE("IV-A: a nack of somebody who was not asked, or for another probe, is no nack") {
  LoneMember member(6);
  member.run_until_sent<wire::PingRequest>();
  const auto requests = member.sent_with<wire::PingRequest>();
  const auto sequence = std::get<wire::PingRequest>(requests.front().datagram.body).sequence;
  for (std::size_t i = 0; i < 6; ++i) {
    const NodeId peer = LoneMember::peer(i);
    const bool is_helper = std::any_of(requests.begin(), requests.end(),
                                       [&](const auto& request) { return request.to == LoneMember::address_of(peer); });
    member.say(peer, wire::Nack{is_helper ? sequence + 1 : sequence});
  }
  while (member.count(NoticeKind::probe_failed) == 0) member.run_for(1ms);
  CHECK(member.room.health() == 1);
}

TEST_CASE("IV-A: refuting an accusation raises the multiplier") {
  LoneMember member(6);
  member.say(LoneMember::peer(0), wire::Gossip{}, {member.about_us(MemberState::suspect)});
  CHECK(member.room.health() == 1);
  member.say(LoneMember::peer(0), wire::Gossip{}, {member.about_us(MemberState::suspect)});
  CHECK(member.room.health() == 1);
}

TEST_CASE("IV-A: a helper says that it has no answer at four fifths of the time that the requester has left") {
  LoneMember member(6);
  const NodeId target = LoneMember::peer(1);
  for (const Duration remaining : {Duration(500ms), Duration(4500ms)}) {
    member.forget();
    const Instant asked = member.now;
    member.say(LoneMember::peer(0),
               wire::PingRequest{
                   .sequence = 9, .target = target, .address = LoneMember::address_of(target), .remaining = remaining});
    const auto nack = member.run_until_sent<wire::Nack>();
    CHECK(nack.to == LoneMember::address_of(LoneMember::peer(0)));
    CHECK(std::get<wire::Nack>(nack.datagram.body).sequence == 9);
    CHECK(member.now - asked == remaining * 4 / 5);
  }
}

TEST_CASE("IV-A: a helper that got an answer says nothing more; a late answer still counts after the nack") {
  LoneMember member(6);
  const NodeId target = LoneMember::peer(1);
  const wire::PingRequest request{
      .sequence = 9, .target = target, .address = LoneMember::address_of(target), .remaining = 500ms};
  member.say(LoneMember::peer(0), request);
  const auto first = std::get<wire::Ping>(member.sent_with<wire::Ping>().back().datagram.body).sequence;
  member.say(target, wire::Ack{first});
  member.run_for(1s);
  CHECK(member.sent_with<wire::Nack>().empty());

  member.forget();
  member.say(LoneMember::peer(0), request);
  const auto second = std::get<wire::Ping>(member.sent_with<wire::Ping>().back().datagram.body).sequence;
  member.run_for(450ms);
  CHECK(member.sent_with<wire::Nack>().size() == 1);
  member.say(target, wire::Ack{second});
  CHECK(member.sent_with<wire::Ack>().size() == 1);
}

TEST_CASE("IV-A: a real crash never raises a healthy prober's multiplier") {
  for (const auto& profile : {Profile::lan(), Profile::wan(), Profile::local()}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      auto network = settled(12, seed, profile);
      network.crash(11);
      network.run_for(membership::certain_detection_bound(profile, 12));
      CHECK(network.all_see(11, MemberState::dead));
      CHECK(network.count(NoticeKind::probe_failed) > 0);
      CHECK(network.count(NoticeKind::health_changed) == 0);
    }
  }
}

TEST_CASE("IV-A: a slow node accuses others far less once it knows that it is slow") {
  // One node that does not run for four seconds in every five; the rest are well.
  auto network = settled(20, 1);
  for (int i = 0; i < 120; ++i) {
    network.stall(4, 4s);
    network.run_for(5s);
  }
  std::size_t accused = 0;
  for (const auto& told : network.told()) accused += told.teller == 4 && told.notice.kind == NoticeKind::probe_failed;
  MESSAGE("a node that sleeps four of five seconds for ten minutes: " << accused << " failed probes, health "
                                                                      << network.at(4).health());
  CHECK(accused < 10);
  CHECK(network.at(4).health() > 4);
  for (std::size_t node = 0; node < 20; ++node)
    if (node != 4) CHECK(network.all_see(node, MemberState::alive));
}

TEST_CASE("IV-B: with few accusers a suspicion lasts long, with many it is short") {
  const auto span = SuspicionSpan::of(Profile::lan(), 7);
  for (const std::size_t accusers : {1, 2, 3}) {
    LoneMember member(6);
    std::vector<NodeId> who;
    for (std::size_t i = 1; i <= accusers; ++i) who.push_back(LoneMember::peer(i));
    member.say(LoneMember::peer(1), wire::Gossip{}, {suspicion_of(LoneMember::peer(0), who)});
    const Instant began = member.now;
    while (member.view_of(LoneMember::peer(0)).state == MemberState::suspect) member.run_answered_for(1ms);
    CHECK(member.now - began >= span.lasting(accusers));
    CHECK(member.now - began <= span.lasting(accusers) + 2ms);
  }
}

TEST_CASE("IV-B: each new accuser is passed on, one that is known is not") {
  LoneMember member(6);
  const NodeId suspect = LoneMember::peer(0);
  const auto tells_of_it = [&] {
    const auto gossip = member.sent_with<wire::Gossip>();
    return std::any_of(gossip.begin(), gossip.end(), [&](const auto& sent) {
      return std::any_of(sent.datagram.updates.begin(), sent.datagram.updates.end(),
                         [&](const auto& update) { return update.node == suspect; });
    });
  };
  const auto hear = [&](std::vector<NodeId> accusers) {
    member.run_answered_for(3s);
    member.forget();
    member.say(LoneMember::peer(1), wire::Gossip{}, {suspicion_of(suspect, std::move(accusers))});
    member.run_answered_for(250ms);
    return tells_of_it();
  };
  CHECK(hear({LoneMember::peer(1)}));
  CHECK_FALSE(hear({LoneMember::peer(1)}));
  CHECK(hear({LoneMember::peer(2)}));
  CHECK_FALSE(hear({LoneMember::peer(1), LoneMember::peer(2)}));
}

TEST_CASE("IV-B: one suspicion that spreads by exchange of states does not become many accusers") {
  LoneMember member(6);
  const NodeId suspect = LoneMember::peer(0);
  for (std::size_t i = 2; i < 6; ++i)
    member.say_by_stream(
        LoneMember::peer(i),
        wire::PushPull{.reply_wanted = true, .epoch = {}, .members = {suspicion_of(suspect, {LoneMember::peer(1)})}});
  CHECK(member.view_of(suspect).accusers == std::vector{LoneMember::peer(1)});
  for (const auto& [to, state] : member.messages_with<wire::PushPull>())
    for (const auto& said : state.members)
      if (said.node == suspect && said.state == MemberState::suspect)
        CHECK(said.accusers == std::vector{LoneMember::peer(1)});
}

TEST_CASE("IV-B: in a whole cluster only those whose own probe failed are accusers") {
  // Node 3 alone cannot reach node 9, and asks nobody to help.
  Profile profile = Profile::lan();
  profile.indirect_probes = 0;
  auto network = settled(20, 2, profile);
  network.passes = [](std::size_t from, std::size_t to) { return from + to != 12 || (from != 3 && from != 9); };
  std::size_t suspecting = 0;
  for (int look = 0; look < 600; ++look) {
    network.run_for(100ms);
    for (std::size_t viewer = 0; viewer < 20; ++viewer) {
      if (viewer == 9 || network.view(viewer, 9) != MemberState::suspect) continue;
      ++suspecting;
      CHECK(network.at(viewer).find(network.id(9))->accusers == std::vector{network.id(3)});
    }
  }
  CHECK(suspecting > 20);
}

TEST_CASE("IV-C: the ping that probes a suspect tells it of the suspicion, before any other news") {
  LoneMember member(6);
  const NodeId suspect = LoneMember::peer(0);
  for (std::uint64_t i = 0; i < 40; ++i)
    member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(NodeId{500 + i}, MemberState::left)});
  member.say(LoneMember::peer(1), wire::Gossip{}, {suspicion_of(suspect, {LoneMember::peer(1)})});
  // Long after the gossip of it has fallen silent.
  member.run_answered_for(10s);
  member.forget();
  member.run_answered_for(12s);
  std::size_t probes = 0;
  for (const auto& ping : member.sent_with<wire::Ping>()) {
    if (std::get<wire::Ping>(ping.datagram.body).target != suspect) continue;
    ++probes;
    REQUIRE_FALSE(ping.datagram.updates.empty());
    CHECK(ping.datagram.updates.front().node == suspect);
    CHECK(ping.datagram.updates.front().state == MemberState::suspect);
  }
  CHECK(probes >= 1);
}

TEST_CASE("IV-C: every datagram to a suspect tells it, the helper's ping and the answer too") {
  LoneMember member(6);
  const NodeId suspect = LoneMember::peer(0);
  member.say(LoneMember::peer(1), wire::Gossip{}, {suspicion_of(suspect, {LoneMember::peer(1)})});
  member.forget();
  member.say(suspect, wire::Ping{5, {}});
  member.say(LoneMember::peer(2),
             wire::PingRequest{
                 .sequence = 9, .target = suspect, .address = LoneMember::address_of(suspect), .remaining = 500ms});
  REQUIRE(member.sent.size() == 2);
  for (const auto& sent : member.sent) {
    REQUIRE_FALSE(sent.datagram.updates.empty());
    CHECK(sent.datagram.updates.front().node == suspect);
    CHECK(sent.datagram.updates.front().state == MemberState::suspect);
  }
}

TEST_CASE("before the verdict the suspect is told once more by everybody who still suspects it") {
  LoneMember member(6);
  const NodeId suspect = LoneMember::peer(0);
  std::vector<NodeId> accusers{LoneMember::peer(1), LoneMember::peer(2), LoneMember::peer(3)};
  member.say(LoneMember::peer(1), wire::Gossip{}, {suspicion_of(suspect, accusers)});
  member.run_for(2900ms);
  member.forget();
  member.run_for(200ms);
  const auto pings = member.sent_with<wire::Ping>();
  CHECK(std::any_of(pings.begin(), pings.end(), [&](const auto& ping) {
    return ping.to == LoneMember::address_of(suspect) && !ping.datagram.updates.empty() &&
           ping.datagram.updates.front().node == suspect;
  }));
}
