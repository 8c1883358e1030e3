#include "support/healing_world.hpp"

using namespace starling;
using namespace starling::repair;
using namespace starling::test;

namespace {

const Config quick{.interval = 10s, .settle = 1s};

}  // namespace

TEST_CASE("what a replica has missed is pulled after the second look, and claimed only then") {
  HealingWorld world(quick);
  for (int key = 0; key < 20; ++key) world.merge(b, key, world.put(a, key));
  world.start();
  world.pass(1900ms);  // the first looks
  CHECK(world.sent<wire::PullRequest>() == 0);
  world.pass(3s);
  CHECK(world.sent<wire::PullRequest>() > 0);
  CHECK(world.rows(c) == 20);
  CHECK(world.noticed(c, port::NoticeKind::row_pulled) == 20);
  CHECK(world.get(c, 7).siblings == world.get(a, 7).siblings);
}

TEST_CASE("the status tells of each copy what was fetched from it and what was sent to it") {
  HealingWorld world(quick);
  std::map<PartitionId, std::uint64_t> missed;
  for (int key = 0; key < 20; ++key) {
    const Bytes object = world.put(a, key);
    missed[world.ring.partition_of(key_of(key).token)] += key_of(key).bytes.size() + object.size();
  }
  world.down.insert(b);
  world.start();
  world.pass(10s);
  for (const auto& pair : world.at(c).repair.status(world.view()).pairs) {
    CHECK(pair.bytes_sent == 0);
    if (pair.peer != a) CHECK(pair.bytes_fetched == 0);
    if (pair.peer == a) CHECK(pair.bytes_fetched >= missed[pair.partition]);
    if (pair.peer == a && missed[pair.partition] == 0) CHECK(pair.bytes_fetched == 0);
  }
  for (const auto& pair : world.at(a).repair.status(world.view()).pairs) {
    CHECK(pair.bytes_fetched == 0);
    CHECK(pair.bytes_sent == (pair.peer == c ? missed[pair.partition] : 0));
  }
}

TEST_CASE("what arrives between the two looks is not pulled") {
  HealingWorld world(quick);
  std::vector<Bytes> written;
  for (int key = 0; key < 20; ++key) {
    written.push_back(world.put(a, key));
    world.merge(b, key, written.back());
  }
  world.start();
  while (world.sent<wire::RepairViews>() < 3) world.pass(10ms);
  for (int key = 0; key < 20; ++key) world.merge(c, key, written[key]);
  world.pass(1min);
  CHECK(world.sent<wire::PullRequest>() == 0);
}

TEST_CASE("a pair of nodes compares 256 equal partitions with little more than a kilobyte") {
  HealingWorld world(quick, 256);
  for (int key = 0; key < 500; ++key) world.put_everywhere(key);
  world.start();
  while (world.sent<wire::RepairMarks>() < 3) world.pass(10ms);
  for (const auto& [pair, bytes] : world.bytes) CHECK(bytes < 1'200);
}

TEST_CASE("ten keys that were missed cost a few kilobytes besides their objects") {
  HealingWorld world(quick, 256);
  for (int key = 0; key < 500; ++key) world.put_everywhere(key);
  world.start();
  world.pass(10s);
  std::size_t objects = 0;
  for (int key = 0; key < 10; ++key) {
    const Bytes object = world.put(a, key);
    objects += key_of(key).bytes.size() + object.size();
    world.merge(b, key, object);
  }
  world.bytes.clear();
  const auto looks = world.sent<wire::RepairMarks>();
  while (world.noticed(c, port::NoticeKind::row_pulled) < 10) world.pass(10ms);
  CHECK(world.sent<wire::RepairMarks>() <= looks + 3);
  CHECK(world.bytes[{a, c}] - objects < 4096);
  CHECK(world.bytes[{b, c}] < 4096);  // by then c has seen all that b has
}

TEST_CASE("a look at what is equal costs four bytes for each partition and no views") {
  HealingWorld world(quick);
  for (int key = 0; key < 20; ++key) world.put_everywhere(key);
  world.start();
  world.pass(10s);
  const auto looks = world.sent<wire::RepairMarks>();
  CHECK(looks > 0);
  CHECK(world.sent<wire::PullRequest>() == 0);
  const Status status = world.at(a).repair.status(world.view());
  CHECK(status.pairs.size() == 8);
  for (const auto& pair : status.pairs) {
    CHECK(pair.verified.has_value());
    CHECK_FALSE(pair.differs);
  }
}

TEST_CASE("a pull goes page by page, at the pace that it is given") {
  Config slow = quick;
  slow.page_bytes = 1;
  slow.rate = 100;
  HealingWorld world(slow);
  for (int key = 0; key < 20; ++key) world.merge(b, key, world.put(a, key));
  world.start();
  world.pass(5s);
  CHECK(world.rows(c) > 0);
  CHECK(world.rows(c) < 20);
  world.pass(1min);
  CHECK(world.rows(c) == 20);
}

TEST_CASE("a replica that is lost in the middle of a pull has not said more than it had; another one goes on") {
  Config slow = quick;
  slow.page_bytes = 1;
  slow.rate = 100;
  HealingWorld world(slow);
  for (int key = 0; key < 20; ++key) world.merge(b, key, world.put(a, key));
  world.start();
  while (world.rows(c) < 5) world.pass(100ms);
  world.down.insert(a);
  world.act(c, [&](Replica& replica, port::Outbox&) { replica.on_peer_lost(a); });
  world.pass(2min);
  CHECK(world.rows(c) == 20);
}

TEST_CASE("what cannot be pulled is asked for ever more seldom, and comes all the same when it can be read again") {
  HealingWorld world({.interval = 10min, .settle = 1s}, 1);
  for (int key = 0; key < 20; ++key) world.put(a, key);
  world.down.insert(b);
  auto& engine = world.at(a).engine;
  Bytes row;
  REQUIRE(engine.get(key_of(3), row).value());
  const auto replace_row = [&](BytesView by) {
    REQUIRE(engine.begin());
    REQUIRE(engine.update(key_of(3), by));
    REQUIRE(engine.commit());
  };
  replace_row("damaged");
  world.start();
  world.pass(1min);
  const auto soon = world.sent<wire::PullRequest>();
  CHECK(soon >= 4);
  CHECK(soon <= 10);
  world.pass(3h);
  const auto later = world.sent<wire::PullRequest>() - soon;
  CHECK(later >= 3 * 6 - 4);
  CHECK(later <= 3 * 12 + 10);
  CHECK(world.rows(c) < 20);
  replace_row(row);
  world.pass(11min);
  CHECK(world.rows(c) == 20);
}

namespace {

/// c lacks 200 keys; a hands them over as hints, ten a second, and offers `batches` of them.
void hand_over(HealingWorld& world, int batches) {
  std::vector<Bytes> written;
  for (int key = 0; key < 200; ++key) {
    written.push_back(world.put(a, key));
    world.merge(b, key, written.back());
  }
  world.start();
  for (int second = 0; second < 20; ++second) {
    if (second < batches)
      world.act(c, [&](Replica& replica, port::Outbox& out) {
        replica.on_message(a, wire::HandoffOffer{{1}, 200}, world.view(), out);
      });
    world.pass(1s);
    for (int key = 10 * second; key < 10 * (second + 1); ++key) world.merge(c, key, written[key]);
  }
}

}  // namespace

TEST_CASE("what hints are about to bring is not pulled too") {
  HealingWorld world({.interval = 10min, .settle = 1s});
  hand_over(world, 20);
  world.act(c, [&](Replica& replica, port::Outbox& out) {
    replica.on_message(a, wire::HandoffOffer{{2}, 0}, world.view(), out);
  });
  world.pass(1min);
  CHECK(world.noticed(c, port::NoticeKind::row_pulled) == 0);
  CHECK(world.sent<wire::PullRequest>() == 0);
  for (const auto& pair : world.at(c).repair.status(world.view()).pairs) CHECK(pair.verified.has_value());
}

TEST_CASE("who has offered hints and falls silent is not waited for") {
  HealingWorld world({.interval = 10min, .settle = 1s});
  hand_over(world, 3);
  CHECK(world.noticed(c, port::NoticeKind::row_pulled) > 0);
  CHECK(world.rows(c) == 200);
}

TEST_CASE("hints that take for ever do not keep a replica from being healed") {
  HealingWorld world({.interval = 20s, .settle = 1s});
  hand_over(world, 20);
  CHECK(world.noticed(c, port::NoticeKind::row_pulled) > 0);
}

TEST_CASE("a pull that is under way when its partition loses rows claims nothing: they would count as replaced") {
  Config slow = quick;
  slow.page_bytes = 1;
  slow.rate = 100;
  HealingWorld world(slow, 1);
  for (int key = 0; key < 10; ++key) world.put_everywhere(key);
  for (int key = 10; key < 30; ++key) world.merge(b, key, world.put(a, key));
  world.start();
  while (world.rows(c) < 15) world.pass(100ms);
  auto& engine = world.at(c).engine;
  REQUIRE(engine.begin());
  REQUIRE(engine.update(key_of(3), "damaged"));
  REQUIRE(engine.commit());
  // As the node does it: the partition is told, and everything begins anew.
  world.run(c, storage::Recover{{0}, world.ring.first_token({0}), world.ring.last_token({0})});
  world.act(c, [&](Replica& replica, port::Outbox& out) { replica.start_over({{0}}, world.view(), out); });
  world.settle();
  CHECK(world.at(c).repair.caught_up({0}, world.view()) == 0);
  world.pass(3min);
  CHECK(world.at(c).repair.caught_up({0}, world.view()) == 2);
  CHECK(world.get(c, 3).siblings.size() == 1);
  CHECK(world.get(a, 3).siblings.size() == 1);
  CHECK(world.rows(c) == 30);
}

TEST_CASE("who is asked for what it does not share, or in another ring, refuses") {
  HealingWorld world(quick);
  const auto refused = [&](const auto& request) {
    world.act(b,
              [&](Replica& replica, port::Outbox& out) { replica.on_message(NodeId{77}, request, world.view(), out); });
    REQUIRE_FALSE(world.to_strangers.empty());
    return std::visit(
        [](const auto& reply) {
          if constexpr (requires { reply.error; }) return reply.error ? reply.error->code : ErrorCode::invalid;
          return ErrorCode::invalid;
        },
        world.to_strangers.back().message);
  };
  CHECK(refused(wire::PullRequest{.epoch = {5}, .partition = {1}, .ttl = 1s}) == ErrorCode::stale_ring);
  CHECK(refused(wire::PullRequest{.epoch = {6}, .partition = {1}, .ttl = 1s}) == ErrorCode::stale_ring);
  CHECK(refused(wire::RepairMarks{.epoch = {5}}) == ErrorCode::stale_ring);
  CHECK(refused(wire::SumsRequest{.epoch = {4}, .partition = {60'000}}) == ErrorCode::stale_ring);
}

TEST_CASE("malformed questions of a replica are refused and told") {
  HealingWorld world(quick);
  int told = 0;
  const auto ask = [&](const auto& request) {
    world.act(b, [&](Replica& replica, port::Outbox& out) { replica.on_message(a, request, world.view(), out); });
    CHECK(world.noticed(b, port::NoticeKind::message_malformed) == ++told);
  };
  ask(wire::RepairMarks{.epoch = {5}, .marks = "123"});
  ask(wire::PullRequest{.epoch = {5}, .partition = {1}, .seen = "?", .ttl = 1s});
  ask(wire::SumsRequest{.epoch = {5}, .partition = {1}, .bits = 4, .nodes = {1}, .ttl = 1s});
  ask(wire::SumsRequest{.epoch = {5}, .partition = {1}, .bits = 2, .nodes = {0}, .ttl = 1s});
  ask(wire::SumsRequest{.epoch = {5}, .partition = {1}, .bits = 60, .nodes = {0}, .ttl = 1s});
  ask(wire::DigestsRequest{.epoch = {5}, .partition = {1}, .bits = 40, .leaf = 1, .ttl = 1s});
  ask(wire::DigestsRequest{.epoch = {5}, .partition = {1}, .bits = 2, .leaf = 4, .ttl = 1s});
}
