#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const auto old_value = object({sibling(a1, "old")});
const auto new_value = object({sibling(a2, "new")});  // a2 covers a1
const auto other_value = object({sibling(b1, "other")});

/// A read of "k" at R = 2 that finds us with `ours` and the second replica with `theirs`.
void read_apart(World& world, const causal::Object& ours, const causal::Object& theirs) {
  world.get("k");
  world.storage_answers(got(ours));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), theirs));
  world.reply(second, full(world.sent_to<wire::ReadRequest>(second), theirs));
  REQUIRE(world.answers.size() == 1);
}

}  // namespace

TEST_CASE("a replica that a read found behind is sent the joined state, and nobody else is") {
  World world;
  read_apart(world, new_value, old_value);
  const auto repairs = world.sent<wire::MergeRequest>();
  REQUIRE(repairs.size() == 1);
  CHECK(repairs[0].first == second);
  CHECK(repairs[0].second.key == key_of("k").bytes);
  CHECK(repairs[0].second.epoch == world.ring.epoch());
  CHECK(causal::decode_object(repairs[0].second.object) == new_value);
  CHECK(world.stored.empty());
  CHECK(world.noticed(port::NoticeKind::read_repaired) == 1);
}

TEST_CASE("we ourselves are repaired by a merge into our own storage, whose answer nobody waits for") {
  World world;
  read_apart(world, old_value, new_value);
  CHECK(world.sent<wire::MergeRequest>().empty());
  CHECK(causal::decode_object(world.stored_first<storage::Merge>().object) == new_value);
  world.storage_answers(storage::MergeAnswer{true});
  CHECK(world.answers.size() == 1);
}

TEST_CASE("replicas that each lack the other's sibling are both repaired") {
  World world;
  read_apart(world, old_value, other_value);
  const auto joined = object({sibling(a1, "old"), sibling(b1, "other")});
  CHECK(causal::decode_object(world.sent_to<wire::MergeRequest>(second).object) == joined);
  CHECK(causal::decode_object(world.stored_first<storage::Merge>().object) == joined);
  CHECK(world.noticed(port::NoticeKind::read_repaired) == 2);
}

TEST_CASE("a replica that has not heard of a delete is sent it") {
  World world;
  const auto deleted = object({tombstone(a2)});
  read_apart(world, deleted, old_value);
  CHECK(causal::decode_object(world.sent_to<wire::MergeRequest>(second).object) == deleted);
}

TEST_CASE("replicas that agree are left alone") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  REQUIRE(world.answers.size() == 1);
  CHECK(world.sent<wire::MergeRequest>().empty());
  CHECK(world.stored.empty());
}

TEST_CASE("a replica that only covers less than another lacks nothing") {
  World world;
  const auto covers_more = object({sibling(a2, "new")}, seen({b1}));
  world.get("k", level(3));
  const auto to_third = world.sent_to<wire::ReadRequest>(third);
  world.storage_answers(got(new_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), covers_more));
  world.reply(third, digest(to_third, old_value));
  world.reply(second, full(world.sent_to<wire::ReadRequest>(second), covers_more));
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), old_value));
  const auto repairs = world.sent<wire::MergeRequest>();
  REQUIRE(repairs.size() == 1);
  CHECK(repairs[0].first == third);
}
