#include "support/healing_world.hpp"

using namespace starling;
using namespace starling::repair;
using namespace starling::test;

namespace {

const Config quick{.interval = 10s, .settle = 1s};

/// As damage does it: neither what was seen nor anybody else knows.
void lose_row(HealingWorld& world, NodeId id, int key) {
  auto& engine = world.at(id).engine;
  REQUIRE(engine.begin());
  REQUIRE(engine.erase(key_of(key)));
  REQUIRE(engine.commit());
  world.run(id, storage::DropTree{world.ring.partition_of(key_of(key).token)});
}

std::size_t live(HealingWorld& world, NodeId id, int keys) {
  std::size_t live = 0;
  for (int key = 0; key < keys; ++key) live += world.get(id, key).live() ? 1 : 0;
  return live;
}

/// As the one has it in its account of the other.
std::uint64_t bytes_between(HealingWorld& world, NodeId one, NodeId other) {
  std::uint64_t bytes = 0;
  for (const auto& pair : world.at(one).repair.status(world.view()).pairs)
    if (pair.peer == other) bytes += pair.bytes_fetched + pair.bytes_sent;
  return bytes;
}

}  // namespace

TEST_CASE("keys that differ though both have seen the same are found by the trees, and made the same") {
  HealingWorld world(quick);
  for (int key = 0; key < 200; ++key) world.put_everywhere(key);
  std::set<PartitionId> damaged;
  for (const int key : {3, 77}) {
    lose_row(world, b, key);
    damaged.insert(world.ring.partition_of(key_of(key).token));
  }
  REQUIRE(damaged.size() < world.ring.partitions());
  world.start();
  world.pass(1min);
  // That b has seen them and does not hold them looks everywhere like deletes which all have seen.
  for (const NodeId id : {a, b, c}) CHECK(live(world, id, 200) == 198);
  CHECK(world.noticed(a, port::NoticeKind::key_exchanged) >= 2);
  CHECK(world.noticed(a, port::NoticeKind::key_exchanged) <= 4);
  for (const NodeId id : {a, b, c}) {
    for (const auto& pair : world.at(id).repair.status(world.view()).pairs)
      if (!damaged.contains(pair.partition)) CHECK(pair.bytes_fetched + pair.bytes_sent == 0);
  }
  CHECK(bytes_between(world, a, b) > 0);
  CHECK(world.sent<wire::DigestsRequest>() > 0);
}

TEST_CASE("an old value on one replica, whose delete the others have reaped, goes") {
  HealingWorld world(quick);
  for (int key = 0; key < 20; ++key) world.put_everywhere(key);
  auto old = std::make_unique<Replica>(world.config, transfer::Config{}, c);
  old->engine = world.at(c).engine;
  for (int key = 0; key < 20; ++key) world.put_everywhere(key, true);
  world.start();
  world.pass(20s);
  REQUIRE(world.rows(a) == 0);
  old->shard = storage::Shard::open(old->engine, Random(9)).value();
  world.replicas[c] = std::move(old);
  for (const NodeId id : {a, b})
    world.act(id, [&](Replica& replica, port::Outbox& out) { replica.on_connected(c, world.view(), out); });
  world.act(c, [&](Replica& replica, port::Outbox& out) { replica.start(world.view(), out); });
  CHECK(live(world, c, 20) == 20);
  world.pass(1min);
  for (const NodeId id : {a, b, c}) CHECK(world.rows(id) == 0);
}

TEST_CASE("trees that differ where no key does are built anew on both sides") {
  for (const NodeId wrong : {a, b}) {
    HealingWorld world(quick);
    for (int key = 0; key < 50; ++key) world.put_everywhere(key);
    world.start();
    auto& engine = world.at(wrong).engine;
    Bytes row;
    REQUIRE(engine.get(key_of(7), row).value());
    lose_row(world, wrong, 7);
    const auto partition = world.ring.partition_of(key_of(7).token);
    world.run(wrong,
              storage::BuildTree{partition, world.ring.first_token(partition), world.ring.last_token(partition)});
    REQUIRE(engine.begin());
    REQUIRE(engine.insert(key_of(7), row));
    REQUIRE(engine.commit());
    world.pass(1min);
    CHECK(world.noticed(a, port::NoticeKind::tree_wrong) == 1);
    for (const NodeId id : {a, b, c}) {
      CHECK(live(world, id, 50) == 50);
      for (const auto& pair : world.at(id).repair.status(world.view()).pairs) CHECK_FALSE(pair.differs);
    }
  }
}

TEST_CASE("a difference that is gone at the second look is not followed") {
  HealingWorld world(quick);
  for (int key = 0; key < 50; ++key) world.put_everywhere(key);
  world.start();
  world.pass(1min);
  CHECK(world.sent<wire::SumsRequest>() == 0);
}
