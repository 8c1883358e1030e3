#include "support/healing_world.hpp"

using namespace starling;
using namespace starling::repair;
using namespace starling::test;

namespace {

const Config quick{.interval = 10s, .settle = 1s};

}  // namespace

TEST_CASE("tombstones go when all other replicas have seen them") {
  HealingWorld world(quick);
  for (int key = 0; key < 20; ++key) world.put_everywhere(key);
  for (int key = 0; key < 10; ++key) world.put_everywhere(key, true);
  world.start();
  CHECK(world.rows(a) == 20);
  world.pass(20s);
  for (const NodeId id : {a, b, c}) CHECK(world.rows(id) == 10);
  CHECK(world.at(a).repair.status(world.view()).waiting.empty());
}

TEST_CASE("tombstones wait for a replica that cannot be asked, and the status says for which") {
  HealingWorld world(quick);
  for (int key = 0; key < 10; ++key) world.put_everywhere(key, true);
  world.down.insert(c);
  world.start();
  world.pass(1h);
  CHECK(world.rows(a) == 10);
  const Status status = world.at(a).repair.status(world.view());
  REQUIRE_FALSE(status.waiting.empty());
  std::uint64_t rows = 0;
  for (const auto& waiting : status.waiting) {
    CHECK(waiting.for_whom == std::vector{c});
    rows += waiting.rows;
  }
  CHECK(rows == 10);
  world.down.clear();
  world.pass(1min);
  for (const NodeId id : {a, b, c}) CHECK(world.rows(id) == 0);
}

TEST_CASE("what a replica said before its connection broke proves nothing any more") {
  HealingWorld world(quick);
  for (int key = 0; key < 10; ++key) world.put_everywhere(key);
  world.start();
  world.pass(20s);
  for (int key = 0; key < 10; ++key) world.put_everywhere(key, true);
  world.act(a, [&](Replica& replica, port::Outbox&) { replica.on_peer_lost(c); });
  world.down.insert(c);
  world.pass(1h);
  CHECK(world.rows(a) == 10);
}
