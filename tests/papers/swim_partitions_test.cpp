#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "membership/bounds.hpp"
#include "support/gossip_clusters.hpp"
#include "support/lone_member.hpp"

/// What SWIM leaves open: partitions that end, nodes that come back, nodes that leave. A crashed node may
/// recover, so the dead are told of their death for ever, and generations tell one life from the next.
using namespace starling;
using membership::Profile;
using port::NoticeKind;
using test::GossipNetwork;
using test::LoneMember;
using test::seconds;
using test::settled;
using wire::MemberState;

namespace {

/// Apart for `length`, with no seed to help, then the time until all see all alive.
std::optional<Duration> heal_after(GossipNetwork& network, std::size_t first_right, Duration length) {
  network.forget_seeds();
  network.split(first_right);
  network.run_for(length);
  network.heal();
  return network.run_until([&] { return network.is_whole(); },
                           membership::healing_bound(Profile::lan(), network.size()));
}

}  // namespace

TEST_CASE("a cluster heals after partitions of any length, from ten seconds to a day") {
  for (const Duration length : {Duration(10s), Duration(1min), Duration(10min), Duration(1h), Duration(24h)}) {
    auto network = settled(6, 1);
    const auto took = heal_after(network, 3, length);
    MESSAGE("3 and 3 nodes, apart for " << seconds(length) << " s, whole again after " << seconds(took) << " s, bound "
                                        << seconds(membership::healing_bound(Profile::lan(), 6)) << " s");
  }
}

TEST_CASE("it heals however the cluster is cut: one from many, half from half") {
  for (const std::size_t left : {1, 2, 15, 29}) {
    auto network = settled(30, 2);
    const auto took = heal_after(network, left, 3min);
    MESSAGE(left << " and " << 30 - left << " nodes, whole again after " << seconds(took) << " s");
  }
}

TEST_CASE("hundred nodes cut in half are whole again within the bound") {
  auto network = settled(100, 3);
  const auto took = heal_after(network, 50, 5min);
  MESSAGE("50 and 50 nodes, whole again after " << seconds(took) << " s, bound "
                                                << seconds(membership::healing_bound(Profile::lan(), 100)) << " s");
  network.run_for(5min);
  CHECK(network.is_whole());
}

TEST_CASE("when a partition ends, nobody dies of what the other side believed") {
  auto network = settled(20, 4);
  network.split(10);
  network.run_for(5min);
  const Instant healed = network.now();
  network.heal();
  network.run_for(10min);
  CHECK(network.is_whole());
  for (const auto& told : network.told())
    if (told.notice.kind == NoticeKind::member_died) CHECK(told.at < healed);
}

TEST_CASE("one that cannot send, or cannot hear, costs nobody else") {
  for (const bool deaf : {true, false}) {
    auto network = settled(10, 5);
    network.passes = [deaf](std::size_t from, std::size_t to) { return (deaf ? to : from) != 4; };
    network.run_for(5min);
    for (std::size_t viewer = 0; viewer < 10; ++viewer)
      for (std::size_t of = 0; of < 10; ++of)
        if (viewer != 4 && of != 4 && viewer != of) CHECK(network.view(viewer, of) == MemberState::alive);
    network.heal();
    CHECK(network.run_until([&] { return network.is_whole(); }, membership::healing_bound(Profile::lan(), 10)));
  }
}

TEST_CASE("what is dead is still spoken to, by about two in a period however many there are") {
  auto network = settled(50, 6);
  network.crash(49);
  network.run_for(2min);
  std::size_t tries = 0;
  network.watch = [&](std::size_t, const Address& to, const Bytes&) { tries += to == network.address(49); };
  network.run_for(10min);
  MESSAGE("a dead node among 50 is tried " << static_cast<double>(tries) / 600 << " times a second by all together");
  CHECK(tries > 600);
  CHECK(tries < 1800);
}

TEST_CASE("a seed where nobody lives yet is tried until somebody does") {
  GossipNetwork network(7, Profile::lan());
  network.add({1});
  network.run_for(1h);
  network.add({1});
  const auto took = network.run_until([&] { return network.is_whole(); }, 3s);
  MESSAGE("an absent seed is found " << seconds(took) << " s after it came");
}

TEST_CASE("two clusters' worth of strangers with one common seed become one") {
  GossipNetwork network(8, Profile::lan());
  network.add({0});
  network.add({0});
  network.add({0});
  network.split(3);
  network.add({3, 0});
  network.add({3});
  network.add({3});
  network.run_for(5min);
  network.heal();
  CHECK(network.run_until([&] { return network.is_whole(); }, membership::healing_bound(Profile::lan(), 6)));
}

TEST_CASE("one that left stays gone, whoever was away when it went") {
  auto network = settled(10, 9);
  network.split(9);
  network.run_for(1min);
  network.leave(0);
  REQUIRE(network.run_until([&] { return network.at(0).departed(); }, 10s));
  network.run_for(1s);
  network.crash(0);
  network.run_for(1min);
  network.heal();
  network.run_for(10min);
  for (std::size_t viewer = 1; viewer < 10; ++viewer) CHECK(network.view(viewer, 0) == MemberState::left);
  CHECK(network.is_whole());
}

TEST_CASE("one that left is not brought back by the restart of those who knew it alive") {
  auto network = settled(6, 10);
  network.crash(5);
  network.run_for(1min);
  network.leave(0);
  network.run_for(10s);
  network.crash(0);
  network.restart(5);
  network.run_for(5min);
  for (std::size_t viewer = 1; viewer < 6; ++viewer) CHECK(network.view(viewer, 0) == MemberState::left);
}

TEST_CASE("one that left and starts again is back, in its next life") {
  auto network = settled(6, 11);
  network.leave(3);
  network.run_for(10s);
  network.crash(3);
  network.run_for(10min);
  network.restart(3);
  CHECK(network.run_until([&] { return network.is_whole(); }, membership::start_bound(Profile::lan(), 6)));
}

TEST_CASE("a crashed node that starts again is alive for all soon, and not stuck dead") {
  for (const Duration away : {Duration(1s), Duration(5s), Duration(20s), Duration(10min)}) {
    auto network = settled(20, 12);
    network.crash(7);
    network.run_for(away);
    network.restart(7);
    const auto back = [&] {
      for (std::size_t viewer = 0; viewer < 20; ++viewer)
        if (viewer != 7 && network.at(viewer).find(network.id(7))->generation != Generation{2}) return false;
      return network.is_whole();
    };
    CHECK(network.run_until(back, membership::start_bound(Profile::lan(), 20)));
    network.run_for(5min);
    CHECK(network.is_whole());
  }
}

TEST_CASE("a node restarted at another address, without its book, is found there by all") {
  auto network = settled(20, 13);
  network.crash(7);
  network.move(7);
  network.restart(7, /*wiped_book=*/true);
  CHECK(network.run_until([&] { return network.is_whole(); }, membership::start_bound(Profile::lan(), 20)));
  network.run_for(1min);
  for (std::size_t viewer = 0; viewer < 20; ++viewer)
    if (viewer != 7) CHECK(network.at(viewer).find(network.id(7))->peer == network.address(7));
  CHECK(network.is_whole());
}

TEST_CASE("all restart in random order, again and again, and end as one") {
  auto network = settled(20, 14);
  Random random(15);
  std::vector<std::size_t> order(20);
  std::iota(order.begin(), order.end(), 0);
  for (int round = 0; round < 10; ++round) {
    random.shuffle(std::span(order));
    // Some rounds one after the other, some all at once, some slowly enough for deaths between.
    const Duration pause = std::array{Duration(0s), Duration(300ms), Duration(40s)}[round % 3];
    for (const std::size_t node : order) {
      network.crash(node);
      if (pause > 0s) {
        network.run_for(pause);
        network.restart(node);
      }
    }
    if (pause == 0s) {
      network.run_for(5s);
      random.shuffle(std::span(order));
      for (const std::size_t node : order) network.restart(node);
    }
    CHECK(network.run_until([&] { return network.is_whole(); }, membership::healing_bound(Profile::lan(), 20)));
  }
  network.run_for(10min);
  CHECK(network.is_whole());
  for (std::size_t viewer = 0; viewer < 20; ++viewer)
    for (std::size_t of = 0; of < 20; ++of)
      CHECK(network.at(viewer).find(network.id(of))->generation == Generation{11});
}

TEST_CASE("an exchange of states between two sides is no death sentence") {
  LoneMember member(3);
  const NodeId peer = LoneMember::peer(0);
  member.say_by_stream(
      LoneMember::peer(1),
      wire::PushPull{.reply_wanted = false, .epoch = {}, .members = {LoneMember::statement(peer, MemberState::dead)}});
  CHECK(member.view_of(peer).state == MemberState::suspect);
  CHECK(member.view_of(peer).accusers.empty());
  member.say(peer, wire::Gossip{}, {LoneMember::statement(peer, MemberState::alive, 1)});
  CHECK(member.view_of(peer).state == MemberState::alive);
}
