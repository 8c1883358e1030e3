#include "membership/membership.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "support/lone_member.hpp"
#include "wire/codec.hpp"

using namespace starling;
using membership::Membership;
using membership::Profile;
using port::NoticeKind;
using test::LoneMember;
using wire::MemberState;

TEST_CASE("a node without a cluster neither speaks nor answers") {
  Membership room(Profile::lan(), LoneMember::statement(NodeId{1}), Random(1));
  port::Outbox out;
  const wire::Datagram ping{
      .cluster = ClusterId{77}, .from = NodeId{2}, .epoch = Epoch{1}, .body = wire::Ping{1, {}}, .updates = {}};
  room.on_datagram(LoneMember::address_of(NodeId{2}), wire::encode(ping), Instant{}, out);
  room.on_seeds({LoneMember::address_of(NodeId{2})}, Instant{}, out);
  room.on_message(NodeId{2}, wire::StreamPing{1}, Instant{}, out);
  room.on_message(NodeId{2}, wire::PushPull{.reply_wanted = true, .epoch = {}, .members = {}}, Instant{}, out);
  room.leave(Instant{}, out);
  CHECK(out.effects().empty());
  CHECK(room.reachable(NodeId{1}));
  CHECK_FALSE(room.reachable(NodeId{2}));
}

TEST_CASE("alone in the cluster, nothing is sent and little is done") {
  LoneMember member(0);
  member.run_for(1h);
  CHECK(member.sent.empty());
  CHECK(member.messages.empty());
  CHECK(member.room.health() == 0);
}

TEST_CASE("whoever is new is introduced, joined and asked for all it knows") {
  LoneMember member(0);
  const auto stranger = LoneMember::statement(NodeId{40});
  member.say(NodeId{40}, wire::Ping{1, {}}, {stranger});
  CHECK(member.count(NoticeKind::member_joined) == 1);
  REQUIRE(member.introductions.size() == 1);
  CHECK(member.introductions.front().node == NodeId{40});
  CHECK(member.introductions.front().address == stranger.peer);
  REQUIRE(member.messages_with<wire::PushPull>().size() == 1);
  CHECK(member.messages_with<wire::PushPull>().front().second.reply_wanted);
  CHECK(member.room.reachable(NodeId{40}));
}

TEST_CASE("whoever introduces itself tells each that it knows of about itself, and is told nothing for it") {
  const LoneMember newcomer(3);
  port::Outbox out;
  newcomer.room.introduce_ourselves(out);
  REQUIRE(out.effects().size() == 3);
  for (const auto& effect : out.effects()) {
    const auto introduction = std::get<wire::PushPull>(std::get<port::SendMessage>(effect).message);
    CHECK_FALSE(introduction.reply_wanted);
    CHECK(introduction.members == std::vector{newcomer.room.self()});
  }

  LoneMember member(0);
  const auto stranger = LoneMember::statement(NodeId{40});
  member.say_by_stream(NodeId{40}, wire::PushPull{.reply_wanted = false, .epoch = Epoch{1}, .members = {stranger}});
  CHECK(member.room.reachable(NodeId{40}));
  CHECK(member.messages_with<wire::PushPull>().empty());
}

TEST_CASE("a member restarted at another address is the same member, introduced again") {
  LoneMember member(2);
  member.forget();
  auto moved = LoneMember::statement(LoneMember::peer(0));
  moved.generation = Generation{2};
  moved.nonce = 5;
  moved.name = "renamed";
  moved.peer.port = 9;
  member.say(LoneMember::peer(0), wire::Gossip{}, {moved}, moved.peer);
  CHECK(member.count(NoticeKind::member_moved) == 1);
  CHECK(member.count(NoticeKind::member_joined) == 0);
  REQUIRE(member.introductions.size() == 1);
  CHECK(member.introductions.front().address == moved.peer);
  CHECK(member.room.members().size() == 3);
  CHECK(member.view_of(LoneMember::peer(0)).name == "renamed");
}

TEST_CASE("known members are introduced at the start, and are no news to anybody") {
  LoneMember member(3);
  CHECK(member.introductions.size() == 3);
  member.run_for(400ms);
  for (const auto& sent : member.sent)
    for (const auto& update : sent.datagram.updates) CHECK(update.node == LoneMember::us());
}

TEST_CASE("accused, we answer at once and doubt ourselves") {
  LoneMember member(3);
  member.forget();
  member.say(LoneMember::peer(0), wire::Ping{1, {}}, {member.about_us(MemberState::suspect)});
  CHECK(member.room.self().incarnation == 1);
  CHECK(member.room.health() == 1);
  CHECK(member.count(NoticeKind::refuted_suspicion) == 1);
  const auto acks = member.sent_with<wire::Ack>();
  REQUIRE(acks.size() == 1);
  REQUIRE_FALSE(acks.front().datagram.updates.empty());
  CHECK(acks.front().datagram.updates.front().node == LoneMember::us());
  CHECK(acks.front().datagram.updates.front().incarnation == 1);
}

TEST_CASE("our identity in another process stops us, once, with words that say what to do") {
  LoneMember member(3);
  auto copy = member.about_us(MemberState::alive);
  copy.nonce += 1;
  member.say(LoneMember::us(), wire::Ping{1, {}}, {copy}, LoneMember::address_of(NodeId{60}));
  member.say(LoneMember::peer(0), wire::Gossip{}, {copy});
  CHECK(member.count(NoticeKind::identity_copied) == 1);
  REQUIRE(member.halts.size() == 1);
  CHECK(member.halts.front().failed);
  CHECK(member.halts.front().why.find("was copied") != std::string::npos);
  CHECK(member.sent_with<wire::Ack>().empty());
}

TEST_CASE("another cluster's question is answered in words no longer than it, and logged once in a while") {
  LoneMember member(3);
  member.forget();
  const Address stranger{.ip = {}, .port = 9};
  const wire::Datagram ping{
      .cluster = ClusterId{5}, .from = NodeId{2}, .epoch = {}, .body = wire::Ping{1, {}}, .updates = {}};
  wire::Datagram large = ping;
  large.cluster = ClusterId{~std::uint64_t{0}};
  large.updates = {LoneMember::statement(NodeId{2})};
  const Bytes bytes = wire::encode(large);
  for (int i = 0; i < 50; ++i) member.say_bytes(stranger, bytes);
  CHECK(member.sent_with<wire::WrongCluster>().size() == 50);
  for (const auto& sent : member.sent) CHECK(sent.bytes <= bytes.size());
  CHECK(member.count(NoticeKind::wrong_cluster_seen) == 50);
  const auto loud = std::count_if(member.notices.begin(), member.notices.end(),
                                  [](const auto& n) { return n.severity == port::Severity::warning; });
  CHECK(loud == 1);
  CHECK(member.room.find(NodeId{2}) == nullptr);

  wire::Datagram answer = large;
  answer.body = wire::WrongCluster{};
  member.forget();
  member.say_bytes(stranger, wire::encode(answer));
  CHECK(member.sent.empty());
  CHECK(member.count(NoticeKind::wrong_cluster_seen) == 1);
}

TEST_CASE("bytes that are no datagram are counted and change nothing") {
  LoneMember member(1);
  const auto before = member.room.members().size();
  member.forget();
  for (const char* junk : {"", "\xc1", "\xdd\xff\xff\xff\xff", "hello", "\x95"}) member.say_bytes({}, junk);
  CHECK(member.count(NoticeKind::datagram_malformed) == 5);
  CHECK(member.room.members().size() == before);
  CHECK(member.sent.empty());
}

TEST_CASE("the highest epoch heard is told with whoever spoke of it last") {
  LoneMember member(3);
  CHECK_FALSE(member.room.newer_epoch());
  member.say(LoneMember::peer(0), wire::Gossip{}, {}, {}, Epoch{4});
  member.say(LoneMember::peer(1), wire::Gossip{}, {}, {}, Epoch{3});
  REQUIRE(member.room.newer_epoch());
  CHECK(member.room.newer_epoch()->epoch == Epoch{4});
  CHECK(member.room.newer_epoch()->from == LoneMember::peer(0));
  member.say_by_stream(LoneMember::peer(2), wire::PushPull{.reply_wanted = false, .epoch = Epoch{4}, .members = {}});
  CHECK(member.room.newer_epoch()->from == LoneMember::peer(2));
  member.room.set_epoch(Epoch{4});
  CHECK_FALSE(member.room.newer_epoch());
  member.forget();
  member.say(LoneMember::peer(0), wire::Ping{1, {}});
  CHECK(member.sent_with<wire::Ack>().front().datagram.epoch == Epoch{4});
}

TEST_CASE("a broken connection makes a live member unreachable until it is back, and we knock") {
  LoneMember member(2);
  member.forget();
  const NodeId peer = LoneMember::peer(0);
  CHECK(member.room.reachable(peer));
  member.room.on_disconnected(peer);
  CHECK_FALSE(member.room.reachable(peer));
  // Its datagrams are answered, so no probe tries the stream.
  member.run_answered_for(1100ms);
  const auto knocks = member.messages_with<wire::StreamPing>();
  CHECK(std::any_of(knocks.begin(), knocks.end(), [&](const auto& knock) { return knock.first == peer; }));
  member.room.on_connected(peer);
  CHECK(member.room.reachable(peer));
  member.room.on_disconnected(peer);
  member.say_by_stream(peer, wire::StreamPing{1});
  CHECK(member.room.reachable(peer));
}

TEST_CASE("a later boot of a member is not held to the connection of the earlier") {
  LoneMember member(2);
  member.room.on_disconnected(LoneMember::peer(0));
  auto rebooted = LoneMember::statement(LoneMember::peer(0));
  rebooted.generation = Generation{2};
  member.say(LoneMember::peer(1), wire::Gossip{}, {rebooted});
  CHECK(member.room.reachable(LoneMember::peer(0)));
}

TEST_CASE("leaving is gossiped, and done when it was passed on often enough") {
  LoneMember member(5);
  member.run_for(1s);
  member.room.leave(member.now, member.out);
  CHECK_FALSE(member.room.departed());
  member.forget();
  member.say(LoneMember::peer(0), wire::Ping{1, LoneMember::us()});
  member.run_for(5s);
  CHECK(member.room.departed());
  CHECK(member.sent_with<wire::Ping>().empty());
  std::size_t farewells = 0;
  for (const auto& sent : member.sent)
    for (const auto& update : sent.datagram.updates)
      farewells += update.node == LoneMember::us() && update.state == MemberState::left;
  CHECK(farewells >= 4);
  CHECK(member.sent_with<wire::Ack>().size() == 1);
}

TEST_CASE("alone, leaving is done at once") {
  LoneMember member(0);
  CHECK_FALSE(member.room.departed());
  member.room.leave(member.now, member.out);
  CHECK(member.room.departed());
}

TEST_CASE("a stall of our own drops the verdict it would have brought, and makes us doubt ourselves") {
  for (const auto into_the_probe : {400ms, 900ms}) {
    LoneMember member(3);
    member.run_until_sent<wire::Ping>();
    member.run_for(into_the_probe);
    member.forget();
    member.stall_for(5s);
    CHECK(member.count(NoticeKind::stalled) == 1);
    CHECK(member.count(NoticeKind::member_suspected) == 0);
    CHECK(member.room.health() == 1);
    for (std::size_t i = 0; i < 3; ++i) CHECK(member.room.reachable(LoneMember::peer(i)));
  }
}

TEST_CASE("a stall postpones the deaths that were near") {
  LoneMember member(3);
  auto accused = LoneMember::statement(LoneMember::peer(0), MemberState::suspect);
  accused.accusers = {LoneMember::peer(1), LoneMember::peer(2)};
  member.say(LoneMember::peer(1), wire::Gossip{}, {accused});
  member.run_for(500ms);
  member.stall_for(1min);
  CHECK(member.view_of(LoneMember::peer(0)).state == MemberState::suspect);
  member.run_for(30s);
  CHECK(member.view_of(LoneMember::peer(0)).state == MemberState::dead);
}

TEST_CASE("strangers beyond the limit are not taken in") {
  LoneMember member(1);
  std::vector<wire::MemberUpdate> flood;
  for (std::uint64_t i = 0; i < membership::members_max + 500; ++i)
    flood.push_back(LoneMember::statement(NodeId{100 + i}));
  member.say_by_stream(LoneMember::peer(0), wire::PushPull{.reply_wanted = false, .epoch = {}, .members = flood});
  CHECK(member.room.members().size() == membership::members_max + 1);
}

TEST_CASE("the book changes with what is worth keeping, and not with suspicions") {
  LoneMember member(3);
  const auto said = [&](MemberState state, std::uint32_t incarnation) {
    member.say(LoneMember::peer(1), wire::Gossip{}, {LoneMember::statement(LoneMember::peer(0), state, incarnation)});
    return member.room.book_version();
  };
  const auto first = member.room.book_version();
  CHECK(said(MemberState::suspect, 0) == first);
  CHECK(said(MemberState::alive, 1) == first);
  const auto died = said(MemberState::dead, 1);
  CHECK(died > first);
  CHECK(said(MemberState::alive, 2) > died);
  const auto members = member.room.members();
  CHECK(members.size() == 4);
  CHECK(std::is_sorted(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.node < b.node; }));
}

TEST_CASE("what the book says of ourselves makes this life later than that one") {
  auto earlier = LoneMember::statement(NodeId{1});
  earlier.generation = Generation{7};
  Membership room(Profile::lan(), LoneMember::statement(NodeId{1}), Random(1));
  port::Outbox out;
  room.start(ClusterId{77}, Epoch{1}, {earlier}, Instant{}, out);
  CHECK(room.self().generation == Generation{8});
}

TEST_CASE("stale timers are ignored") {
  LoneMember member(2);
  member.forget();
  member.room.on_timer(0, Instant{1h}, member.out);
  member.room.on_timer(999, Instant{1h}, member.out);
  CHECK(member.out.effects().empty());
}
