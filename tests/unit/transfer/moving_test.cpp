#include <algorithm>

#include "ring/change.hpp"
#include "support/healing_world.hpp"

/// Partitions that come to a node, and what a node does with those that it has lost.
namespace starling::test {
namespace {

constexpr transfer::Config quick{.leftover_period = 100ms, .leftover_grace = 10s, .drop_rows = 3};
constexpr std::size_t partitions = 4;
constexpr int keys = 40;

ring::Assignment all(ring::PreferenceList list) { return ring::Assignment(partitions, std::move(list)); }

/// a and b own everything, and c is going to in place of b.
struct Moving : HealingWorld {
  Moving() : HealingWorld({}, partitions, quick) {
    auto settled = ring::Ring::make({9}, {5}, 3, {{.id = a}, {.id = b}, {.id = c}}, all({a, b}));
    REQUIRE(settled);
    ring = *settled;
    start();
    for (int key = 0; key < keys; ++key) merge(b, key, put(a, key));
  }

  void make_room(const ring::Ring& next) {
    for (const NodeId id : {a, b, c})
      act(id, [&](Replica& replica, port::Outbox& out) { replica.transfer.make_room(next, view(), out); });
  }
  void go_by(ring::Ring next) {
    make_room(next);
    for (const NodeId id : {a, b, c}) CHECK(leftovers(id).has_room());  // nobody asks anything of them
    ring = std::move(next);
    tell_ring();
  }
  void tell_ring() {
    for (const NodeId id : {a, b, c})
      act(id, [&](Replica& replica, port::Outbox& out) { replica.on_ring(view(), out); });
    settle();
  }
  void drop_some(NodeId id, PartitionId partition) {
    const storage::DropPartition piece{partition, ring.first_token(partition), ring.last_token(partition), 3};
    REQUIRE(std::get<storage::DropPartitionAnswer>(run(id, piece)).more);
  }
  std::vector<PartitionId> going(NodeId id) {
    return std::get<storage::ListPartitionsAnswer>(run(id, storage::ListPartitions{})).going;
  }
  void begin(ring::PreferenceList next) { go_by(beginning(std::move(next))); }
  void finish() {
    go_by(ring::read_from_new(ring));
    go_by(ring::settle(ring));
  }
  ring::Ring beginning(ring::PreferenceList next) {
    const std::vector<ring::Member> members(ring.members().begin(), ring.members().end());
    return ring::begin_change(ring, members, all(std::move(next))).value();
  }
  /// b has handed over everything, and keeps it for the grace.
  void hand_over() {
    begin({a, c});
    pass(1s);
    finish();
    pass(2s);
    REQUIRE(leftovers(b).not_handed_over() == 0);
    REQUIRE(rows(b) == keys);
  }
  const transfer::Arrivals& arrivals(NodeId id) { return at(id).transfer.arrivals(); }
  const transfer::Leftovers& leftovers(NodeId id) { return at(id).transfer.leftovers(); }
  void lose(NodeId id) {
    down.insert(id);
    for (const NodeId other : {a, b, c}) act(other, [&](Replica& replica, port::Outbox&) { replica.on_peer_lost(id); });
  }
  void find(NodeId id) {
    down.erase(id);
    for (const NodeId other : {a, b, c})
      if (other != id) act(other, [&](Replica& replica, port::Outbox& out) { replica.on_connected(id, view(), out); });
    settle();
  }
};

}  // namespace

TEST_CASE("a newcomer fetches all from the replica that it replaces, and has seen what that has seen") {
  Moving world;
  world.begin({a, c});
  world.pass(1s);
  CHECK(world.arrivals(c).missing() == 0);
  CHECK(world.arrivals(c).held() == partitions);
  CHECK(world.arrivals(c).rows() == keys);
  CHECK(world.rows(c) == keys);
  const auto seen = [&](NodeId id) {
    return std::get<storage::SurveyAnswer>(world.run(id, storage::Survey{{{0}}})).partitions.front().seen;
  };
  CHECK(seen(c) == seen(b));
}

TEST_CASE("a newcomer listens before it takes a page: it does not know yet whether anybody asks something of it") {
  Moving world;
  world.begin({a, c});
  world.pass(29ms);
  CHECK(world.arrivals(c).rows() == 0);
  world.pass(1ms);
  CHECK(world.arrivals(c).rows() == keys);
}

TEST_CASE("while others ask something of it, it takes one page at a time and lets time pass between them") {
  Moving world;
  world.busy = true;
  world.begin({a, c});
  std::vector<Instant> pages;
  for (std::uint64_t had = 0; had < keys && world.now < Instant{2h}; world.pass(1ms)) {
    const std::uint64_t has = world.arrivals(c).rows();
    if (has != had) pages.push_back(world.now);
    had = has;
  }
  REQUIRE(pages.size() == partitions);
  for (std::size_t page = 1; page < pages.size(); ++page) CHECK(pages[page] - pages[page - 1] >= 5ms);
}

TEST_CASE("where that replica is gone the others do, and where they are gone too it says whom it waits for") {
  Moving world;
  world.lose(b);
  world.lose(a);
  world.begin({a, c});
  world.pass(5s);
  CHECK(world.arrivals(c).missing() == partitions);
  CHECK(world.arrivals(c).waits_for(world.view()) == std::vector{a, b});
  world.find(a);
  world.pass(5s);
  CHECK(world.arrivals(c).missing() == 0);
  CHECK(world.rows(c) == keys);
}

TEST_CASE("a replica that may lack something of its own gives nothing to a newcomer") {
  Moving world;
  world.run(a, storage::RefuseReads{{{0}, {1}, {2}, {3}}});
  world.lose(b);
  world.begin({a, c});
  world.pass(10s);
  CHECK(world.arrivals(c).missing() == partitions);
  world.run(a, storage::RefuseReads{{}});
  world.pass(5s);
  CHECK(world.arrivals(c).missing() == 0);
}

TEST_CASE("where nobody comes those who stay fetch what they may lack") {
  Moving world;
  world.put(b, keys);
  world.begin({a});
  world.pass(1s);
  CHECK(world.arrivals(a).missing() == 0);
  CHECK(world.rows(a) == keys + 1);
}

TEST_CASE("a former owner hands over what it alone has, and drops the rest after the grace") {
  Moving world;
  world.begin({a, c});
  world.pass(1s);
  world.put(b, keys);  // late, under the old ring
  world.finish();
  CHECK(world.leftovers(b).kept() == partitions);
  CHECK(world.leftovers(b).not_handed_over() == partitions);
  world.pass(5s);
  CHECK(world.leftovers(b).not_handed_over() == 0);
  CHECK(world.rows(a) == keys + 1);
  CHECK(world.rows(c) == keys + 1);
  CHECK(world.rows(b) == keys + 1);
  world.pass(11s);
  CHECK(world.leftovers(b).kept() == 0);
  CHECK(world.rows(b) == 0);
}

TEST_CASE("what nobody could take is kept, however long that lasts") {
  Moving world;
  world.begin({a, c});
  world.pass(1s);
  world.put(b, keys);
  world.finish();
  world.lose(a);
  world.lose(c);
  world.pass(10min);
  CHECK(world.leftovers(b).not_handed_over() == partitions);
  CHECK(world.rows(b) == keys + 1);
  world.find(a);
  world.pass(10min);
  CHECK(world.leftovers(b).not_handed_over() == partitions);  // one of two is no majority
  world.find(c);
  world.pass(1min);
  CHECK(world.rows(b) == 0);
}

TEST_CASE("an answer to an offer that was not made, or before this ring, counts for nothing") {
  Moving world;
  world.begin({a, c});
  world.pass(1s);
  world.put(b, keys);
  world.lose(a);
  world.lose(c);
  world.finish();
  for (const NodeId owner : {a, c})
    world.act(b, [&](Replica& replica, port::Outbox& out) {
      replica.on_message(owner, wire::LeftoverReply{.request = {1}, .error = {}, .covered = {{0}, {1}, {2}, {3}}},
                         world.view(), out);
    });
  world.pass(1min);
  CHECK(world.leftovers(b).not_handed_over() == partitions);
  CHECK(world.rows(b) == keys + 1);
}

TEST_CASE("a partition that a node gets back begins with nothing") {
  Moving world;
  world.begin({a, c});
  world.pass(1s);
  world.finish();
  world.pass(2s);
  REQUIRE(world.rows(b) == keys);
  for (int key = 0; key < keys; ++key) world.merge(c, key, world.put(a, key, true));
  world.begin({a, b});
  CHECK(world.get(b, 3).live() == false);
  world.pass(2s);
  CHECK(world.arrivals(b).missing() == 0);
  for (int key = 0; key < keys; ++key) CHECK_FALSE(world.get(b, key).live());
}

TEST_CASE("what is left goes in small pieces, with time for others between them, and nobody is given any of it") {
  Moving world;
  world.hand_over();
  world.busy = true;
  std::set<std::size_t> kept;
  for (int i = 0; i < 15'000 && world.leftovers(b).kept() > 0; ++i) {
    world.pass(1ms);
    kept.insert(world.rows_on_disk(b));
    for (const PartitionId partition : world.going(b)) CHECK_FALSE(world.leftovers(b).has(partition));
  }
  CHECK(kept.size() > keys / 4);
  CHECK(world.rows_on_disk(b) == 0);
  CHECK(world.leftovers(b).kept() == 0);
}

TEST_CASE("a drop that a restart has interrupted goes on without a grace, and is a leftover until then") {
  Moving world;
  world.hand_over();
  world.drop_some(b, {1});
  world.restart(b);
  CHECK(world.leftovers(b).kept() == partitions);
  CHECK_FALSE(world.leftovers(b).has({1}));
  CHECK(world.leftovers(b).not_handed_over() == partitions - 1);
  world.pass(1s);
  CHECK(world.going(b).empty());
  CHECK(world.leftovers(b).kept() == partitions - 1);
}

TEST_CASE("a ring that gives partitions back waits until their first life is gone, and no longer") {
  Moving world;
  world.hand_over();
  world.busy = true;
  world.slow_disk = b;
  world.make_room(world.beginning({a, b}));
  CHECK_FALSE(world.leftovers(b).has_room());
  CHECK(world.leftovers(c).has_room());
  world.pass(1min);
  CHECK_FALSE(world.leftovers(b).has_room());
  world.go_on_answering();
  world.pass(2s);
  CHECK(world.leftovers(b).has_room());
  CHECK(world.rows_on_disk(b) == 0);
}

TEST_CASE("a ring waits too until it is known what is left of an earlier start") {
  Moving world;
  world.hand_over();
  world.drop_some(b, {1});
  world.slow_disk = b;
  world.restart(b);
  world.make_room(world.beginning({a, b}));
  CHECK_FALSE(world.leftovers(b).has_room());
  world.go_on_answering();
  world.pass(100ms);
  CHECK(world.going(b).empty());
  CHECK(world.leftovers(b).has_room());
}

TEST_CASE("what is ours again, though what it was before is still going, comes to us when that is gone") {
  Moving world;
  world.hand_over();
  for (int key = 0; key < keys; ++key) world.merge(c, key, world.put(a, key, true));
  world.drop_some(b, {1});
  world.restart(b);
  world.busy = true;
  world.ring = world.beginning({a, b});  // without having made room
  world.tell_ring();
  world.pass(5s);
  CHECK(world.going(b).empty());
  CHECK(world.arrivals(b).missing() == 0);
  for (int key = 0; key < keys; ++key)
    if (world.ring.partition_of(key_of(key).token) == PartitionId{1}) CHECK_FALSE(world.get(b, key).live());
}

TEST_CASE("what has been handed over is looked at for damage only now and then") {
  Moving world;
  world.hand_over();
  const std::size_t before = world.asks[b];
  world.pass(8s);
  CHECK(world.asks[b] <= before + 1);
}

TEST_CASE("nothing is reaped while a partition moves") {
  Moving world;
  for (int key = 0; key < keys; ++key) world.merge(b, key, world.put(a, key, true));
  world.begin({a, c});
  world.pass(1h);
  CHECK(world.at(a).repair.status(world.view()).tombstones_reaped == 0);
  world.finish();
  world.pass(1h);
  CHECK(world.rows(a) == 0);
  CHECK(world.rows(c) == 0);
}

}  // namespace starling::test
