#include "coordinator/write_set.hpp"
#include "ring/change.hpp"
#include "world.hpp"

/// Requests while the partition that they are about moves.
namespace starling::coordinator::test {
namespace {

/// From us, second, third to us, second, stranger.
ring::Ring moving() {
  const ring::Ring settled = ring_of({us, second, third});
  const std::vector<ring::Member> members(settled.members().begin(), settled.members().end());
  const ring::Assignment next(partitions, {us, second, stranger});
  return ring::begin_change(settled, members, next).value();
}

/// The same, of which nobody knows what was between it and the ring before.
ring::Ring moving_later() {
  ring::RingParts parts = moving().parts();
  parts.epoch = {9};
  parts.versions.assign(partitions, parts.epoch);
  return ring::Ring::make(std::move(parts)).value();
}

wire::MergeReply ack(const World& world, NodeId node) {
  return {.request = world.sent_to<wire::MergeRequest>(node).request};
}

storage::Answer committed() {
  return storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "the object"};
}

void go_by(World& world, ring::Ring ring) {
  world.ring = std::move(ring);
  world.on_ring();
}

}  // namespace

TEST_CASE("a write of a partition that moves goes to both lists, and needs a majority of each") {
  World world;
  world.ring = moving();
  world.put("k", "v");
  world.storage_answers(committed());
  CHECK(world.sent<wire::MergeRequest>().size() == 3);
  CHECK(world.sent_to<wire::MergeRequest>(stranger).epoch == world.ring.epoch());

  SUBCASE("a replica of both counts for both") {
    world.reply(second, ack(world, second));
    CHECK(world.answer<port::PutReply>().siblings == 1);
  }
  SUBCASE("one that goes does not stand for the one that comes") {
    world.reply(third, ack(world, third));
    CHECK(world.answers.empty());
    world.reply(stranger, ack(world, stranger));
    CHECK(world.answer<port::PutReply>().siblings == 1);
  }
  SUBCASE("a majority of one list only is in doubt") {
    world.reply(third, ack(world, third));
    world.lose(second);
    world.lose(stranger);
    CHECK(world.failure() == ErrorCode::in_doubt);
  }
}

TEST_CASE("a read of a partition that moves asks the old list, and in the second stage the new one") {
  World world;
  world.ring = moving();
  world.get("k", level(3));
  CHECK_FALSE(world.sent<wire::ReadRequest>().empty());
  for (const auto& [to, request] : world.sent<wire::ReadRequest>()) CHECK(to != stranger);
  world.messages.clear();
  go_by(world, ring::read_from_new(world.ring));
  bool asked = false;
  for (const auto& [to, request] : world.sent<wire::ReadRequest>()) {
    CHECK(to != third);
    CHECK(request.epoch == world.ring.epoch());
    asked = asked || to == stranger;
  }
  CHECK(asked);
}

TEST_CASE("a write that meets a new ring on the way goes on under it, and a retry does not count old votes") {
  World world;
  world.put("k", "v", level(3));
  world.storage_answers(committed());
  world.reply(second, ack(world, second));
  world.messages.clear();
  go_by(world, moving_later());
  CHECK(world.sent<wire::MergeRequest>().size() == 3);
  REQUIRE(world.stored.size() == 1);
  CHECK(std::holds_alternative<storage::Merge>(world.stored.front().command));
  world.storage_answers(storage::MergeAnswer{.changed = false});
  for (const NodeId node : {second, third, stranger}) {
    CHECK(world.answers.empty());
    world.reply(node, ack(world, node));
  }
  CHECK(world.answer<port::PutReply>().siblings == 1);
}

TEST_CASE("votes are kept from one stage of a change to the next") {
  World world;
  world.ring = moving();
  world.put("k", "v", level(3));
  world.storage_answers(committed());
  world.reply(second, ack(world, second));
  world.reply(stranger, ack(world, stranger));
  world.messages.clear();
  go_by(world, ring::read_from_new(world.ring));
  const auto again = world.sent<wire::MergeRequest>();
  REQUIRE(again.size() == 1);
  CHECK(again.front().first == third);
}

TEST_CASE("a partition that does not move notices nothing of a change") {
  World world;
  const std::vector<ring::Member> members(world.ring.members().begin(), world.ring.members().end());
  ring::Assignment next = world.ring.parts().present;
  const PartitionId ours = world.ring.partition_of(key_of("k").token);
  next[(ours.value + 1) % partitions] = {us, second, stranger};
  world.put("k", "v");
  world.storage_answers(committed());
  world.messages.clear();
  go_by(world, ring::begin_change(world.ring, members, next).value());
  CHECK(world.messages.empty());
}

TEST_CASE("W is met in a shorter list by all of it") {
  const ring::Ring settled = ring_of({us, second, third});
  const std::vector<ring::Member> members(settled.members().begin(), settled.members().end());
  const auto shrinking = ring::begin_change(settled, members, ring::Assignment(partitions, {us, second})).value();
  auto set = write_set(shrinking, {0}, us, level(3)).value();
  set.acks.yes(0);
  set.acks.yes(1);
  CHECK_FALSE(set.acks.won());
  set.acks.yes(2);
  CHECK(set.acks.won());
  CHECK_FALSE(write_set(shrinking, {0}, us, level(4)));
}

}  // namespace starling::coordinator::test
