#include "runtime/peer_links.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "base/random.hpp"
#include "free_address.hpp"
#include "runtime/sockaddr.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

/// One end: a peer port and what it hears.
struct End final : EventSink {
  End(Loop& loop, std::uint64_t id, ClusterId cluster = {}, Generation generation = Generation{1})
      : address(free_address()),
        node{id},
        log(port::Severity::error, LogFormat::text, ""),
        links(loop, writes, *this, log, {.cluster = cluster, .node = node, .generation = generation, .peer = address}) {
    REQUIRE(links.listen(address));
  }

  void handle(port::Event event) override {
    if (auto* arrived = std::get_if<port::MessageArrived>(&event))
      heard.push_back(std::get<wire::StreamPing>(arrived->message).sequence);
    else if (auto* up = std::get_if<port::PeerConnected>(&event))
      connected.push_back(up->node);
    else if (auto* down = std::get_if<port::PeerDisconnected>(&event))
      disconnected.push_back(down->node);
  }
  void say(const End& to, std::uint64_t sequence) { links.send(to.node, wire::StreamPing{sequence}); }

  Address address;
  NodeId node;
  WriteQueue writes;
  Log log;
  PeerLinks links;
  std::vector<std::uint64_t> heard;
  std::vector<NodeId> connected;
  std::vector<NodeId> disconnected;
};

/// Turns the loop until `done`, ticking the ends, for at most a minute: only a fault takes so long.
template <class Done>
bool turn(Loop& loop, std::vector<End*> ends, Done done) {
  const Instant give_up = loop.now() + 60s;
  while (!done() && loop.now() < give_up) {
    for (End* end : ends) {
      end->links.tick();
      end->writes.flush();
    }
    uv_run(loop.get(), UV_RUN_NOWAIT);
    usleep(500);
  }
  return done();
}

}  // namespace

TEST_CASE("what is sent before there is a link waits for it, and arrives in order") {
  Loop loop;
  End a(loop, 1), b(loop, 2);
  a.links.introduce(b.node, b.address);
  for (std::uint64_t i = 0; i < 100; ++i) a.say(b, i);
  REQUIRE(turn(loop, {&a, &b}, [&] { return b.heard.size() == 100; }));
  for (std::uint64_t i = 0; i < 100; ++i) CHECK(b.heard[i] == i);
  CHECK(a.connected == std::vector{b.node});
  CHECK(b.connected == std::vector{a.node});
}

TEST_CASE("what is sent is counted by kind, in messages and in bytes, while there is no link too") {
  Loop loop;
  End a(loop, 1), b(loop, 2);
  a.links.introduce(b.node, b.address);
  a.say(b, 1);
  REQUIRE(turn(loop, {&a, &b}, [&] { return b.heard.size() == 1; }));
  a.say(b, 2);
  a.links.send(b.node, wire::MergeRequest{.object = Bytes(1000, 'x')});
  const auto counters = a.links.traffic().counters();
  REQUIRE(counters.size() == 4);
  CHECK(counters[0].first == "peer_sent.merge_request.messages");
  CHECK(counters[0].second == 1);
  CHECK(counters[1].first == "peer_sent.merge_request.bytes");
  CHECK(counters[1].second > 1000);
  CHECK(counters[1].second < 1100);
  CHECK(counters[2] == std::pair<std::string, std::uint64_t>{"peer_sent.stream_ping.messages", 2});
}

TEST_CASE("a link carries both ways, whoever dialled it") {
  Loop loop;
  End a(loop, 1), b(loop, 2);
  a.links.introduce(b.node, b.address);
  a.say(b, 1);
  REQUIRE(turn(loop, {&a, &b}, [&] { return !b.heard.empty(); }));
  b.say(a, 2);
  REQUIRE(turn(loop, {&a, &b}, [&] { return !a.heard.empty(); }));
  CHECK(a.links.links_up() == 1);
}

TEST_CASE("two nodes that dial each other keep one link and lose nothing") {
  Loop loop;
  for (const auto& [first, second] : {std::pair{1, 2}, {2, 1}}) {
    End a(loop, first), b(loop, second);
    a.links.introduce(b.node, b.address);
    b.links.introduce(a.node, a.address);
    for (std::uint64_t i = 0; i < 50; ++i) {
      a.say(b, i);
      b.say(a, i);
    }
    REQUIRE(turn(loop, {&a, &b}, [&] { return a.heard.size() == 50 && b.heard.size() == 50; }));
    turn(loop, {&a, &b}, [&] { return a.links.links_up() == 1 && b.links.links_up() == 1; });
    CHECK(a.links.links_up() == 1);
    CHECK(b.links.links_up() == 1);
    CHECK(a.disconnected.empty());
    CHECK(b.disconnected.empty());
  }
}

TEST_CASE("however two dials at once interleave, one link stays, and every message comes once and in order") {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < 20; ++i) all.push_back(i);
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Loop loops[2];
    End a(loops[0], 1), b(loops[1], 2);
    End* ends[]{&a, &b};
    std::uint64_t said[2]{};
    a.links.introduce(b.node, b.address);
    b.links.introduce(a.node, a.address);
    const auto settled = [&] { return a.heard.size() >= all.size() && b.heard.size() >= all.size(); };
    const Instant give_up = loops[0].now() + 60s;
    while (!settled() && loops[0].now() < give_up) {
      const std::size_t who = random.below(2);
      if (said[who] < all.size() && random.chance(1, 3)) ends[who]->say(*ends[1 - who], said[who]++);
      ends[who]->links.tick();
      ends[who]->writes.flush();
      uv_run(loops[who].get(), UV_RUN_NOWAIT);
      if (said[0] == all.size() && said[1] == all.size()) usleep(100);
    }
    CHECK(a.heard == all);
    CHECK(b.heard == all);
    CHECK(a.connected == std::vector{b.node});
    CHECK(b.connected == std::vector{a.node});
    CHECK((a.disconnected.empty() && b.disconnected.empty()));
  }
}

TEST_CASE("two strangers that dial each other's address keep one link and lose nothing") {
  Loop loop;
  End a(loop, 1), b(loop, 2);
  for (std::uint64_t i = 0; i < 20; ++i) {
    a.links.send(b.address, wire::StreamPing{i});
    b.links.send(a.address, wire::StreamPing{i});
  }
  REQUIRE(turn(loop, {&a, &b}, [&] { return a.heard.size() == 20 && b.heard.size() == 20; }));
  CHECK(turn(loop, {&a, &b}, [&] { return a.links.links_up() == 1 && b.links.links_up() == 1; }));
  a.say(b, 77);
  b.say(a, 78);
  CHECK(turn(loop, {&a, &b}, [&] { return a.heard.back() == 78 && b.heard.back() == 77; }));
}

TEST_CASE("a dial that was given up is not gone by, though the other end still answers it") {
  Loop ours, theirs;
  End a(ours, 1), b(theirs, 2);
  const auto run = [](Loop& loop, End& end) {
    for (int i = 0; i < 50; ++i, usleep(200)) {
      uv_run(loop.get(), UV_RUN_NOWAIT);
      end.writes.flush();
    }
  };
  // One that listens at this address, and one of this name: that they are the same shows when both have answered.
  a.links.send(b.address, wire::StreamPing{1});
  a.links.introduce(b.node, b.address);
  a.say(b, 2);
  run(ours, a);
  run(theirs, b);
  run(ours, a);
  a.links.tick();  // what was given up is gone now
  const Instant give_up = ours.now() + 60s;
  while (std::ranges::count(b.heard, 3U) == 0 && ours.now() < give_up) {
    a.say(b, 3);
    for (End* end : {&a, &b}) {
      end->links.tick();
      end->writes.flush();
      uv_run((end == &a ? ours : theirs).get(), UV_RUN_NOWAIT);
    }
    usleep(500);
  }
  CHECK(std::ranges::count(b.heard, 3U) > 0);
}

TEST_CASE("a node that is not there is told as disconnected, and found when it comes") {
  Loop loop;
  End a(loop, 1);
  const Address nowhere = free_address();
  a.links.introduce(NodeId{2}, nowhere);
  a.links.send(NodeId{2}, wire::StreamPing{1});
  REQUIRE(turn(loop, {&a}, [&] { return !a.disconnected.empty(); }));
  CHECK(a.disconnected.front() == NodeId{2});

  End b(loop, 2);
  a.links.introduce(b.node, b.address);
  REQUIRE(turn(loop, {&a, &b}, [&] { return !a.connected.empty(); }));
  a.say(b, 5);
  CHECK(turn(loop, {&a, &b}, [&] { return b.heard == std::vector<std::uint64_t>{5}; }));
}

TEST_CASE("what is sent to a node nobody introduced is told as disconnected") {
  Loop loop;
  End a(loop, 1);
  a.links.send(NodeId{9}, wire::StreamPing{1});
  CHECK(a.disconnected == std::vector{NodeId{9}});
}

TEST_CASE("a node of another cluster gets no link; one of no cluster does") {
  Loop loop;
  End a(loop, 1, ClusterId{10}), b(loop, 2, ClusterId{20}), c(loop, 3);
  a.links.introduce(b.node, b.address);
  a.links.introduce(c.node, c.address);
  a.say(b, 1);
  a.say(c, 2);
  REQUIRE(turn(loop, {&a, &b, &c}, [&] { return !a.disconnected.empty() && !c.heard.empty(); }));
  CHECK(a.disconnected.front() == b.node);
  CHECK(b.heard.empty());
  CHECK(b.connected.empty());
}

TEST_CASE("joining a cluster cuts the links to nodes of others") {
  Loop loop;
  End a(loop, 1), b(loop, 2, ClusterId{20});
  a.links.introduce(b.node, b.address);
  a.say(b, 1);
  REQUIRE(turn(loop, {&a, &b}, [&] { return !b.heard.empty(); }));
  a.links.join(ClusterId{10});
  CHECK(turn(loop, {&a, &b}, [&] { return !b.disconnected.empty(); }));
}

TEST_CASE("a reborn node's link replaces the one of its earlier life") {
  Loop loop;
  End a(loop, 1);
  auto b = std::make_unique<End>(loop, 2);
  b->links.introduce(a.node, a.address);
  b->say(a, 1);
  REQUIRE(turn(loop, {&a, b.get()}, [&] { return !a.heard.empty(); }));
  End reborn(loop, 2, {}, Generation{2});
  reborn.links.introduce(a.node, a.address);
  reborn.say(a, 2);
  REQUIRE(turn(loop, {&a, b.get(), &reborn}, [&] { return a.heard.size() == 2; }));
  CHECK(a.disconnected == std::vector{NodeId{2}});
  CHECK(a.connected.size() == 2);
  a.say(reborn, 3);
  CHECK(turn(loop, {&a, b.get(), &reborn}, [&] { return reborn.heard == std::vector<std::uint64_t>{3}; }));
}
