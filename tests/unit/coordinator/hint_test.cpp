#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const storage::Answer committed = storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"};

storage::Answer committed_with(NodeId hinted, bool kept) {
  auto answer = std::get<storage::PutAnswer>(committed);
  answer.hints = {{hinted, PartitionId{2}, kept}};
  return answer;
}

wire::MergeReply ack(const World& world) {
  return {.request = world.sent<wire::MergeRequest>().front().second.request};
}

/// Whom the coordinator has had hints kept for, apart from those in the commit of the write.
std::vector<NodeId> hinted_later(const World& world) {
  std::vector<NodeId> targets;
  for (const auto& stored : world.stored)
    if (const auto* hint = std::get_if<storage::KeepHint>(&stored.command)) {
      CHECK(hint->key == key_of("k"));
      targets.push_back(hint->target);
    }
  return targets;
}

using Nodes = std::vector<NodeId>;

}  // namespace

TEST_CASE("a replica that is down when a write begins gets its hint in the commit of the write") {
  World world;
  world.down.insert(third);
  world.put("k", "v");
  CHECK(world.stored_first<storage::Put>().hinted == Nodes{third});
  world.storage_answers(committed_with(third, true));
  world.reply(second, ack(world));
  CHECK(world.answers.size() == 1);
  CHECK(world.noticed(port::NoticeKind::hint_kept) == 1);
  CHECK(hinted_later(world).empty());
  CHECK(world.coordinator.idle());
}

TEST_CASE("a hint that there is no room for is told as refused, with its partition, not as kept") {
  World world;
  SUBCASE("in the commit of the write") {
    world.down.insert(third);
    world.put("k", "v");
    world.storage_answers(committed_with(third, false));
  }
  SUBCASE("later, when the write has been forgotten") {
    world.put("k", "v");
    world.storage_answers(committed);
    world.reply(second, ack(world));
    world.lose(third);
    REQUIRE(world.coordinator.idle());
    CHECK(world.noticed(port::NoticeKind::hint_kept) == 0);  // that is not known yet
    world.storage_answers(storage::HintsAnswer{{{third, PartitionId{2}, false}}});
  }
  CHECK(world.noticed(port::NoticeKind::hint_kept) == 0);
  CHECK(world.noticed(port::NoticeKind::hint_refused) == 1);
  CHECK(world.dirty == std::vector{PartitionId{2}});
}

TEST_CASE("a hint is told even where its write was given up before the commit") {
  World world;
  world.down.insert(third);
  world.put("k", "v");
  const auto ticket = world.stored.front().ticket.number;
  world.pass(3s);
  CHECK(world.failure() == ErrorCode::in_doubt);
  world.storage_answers(ticket, committed_with(third, true));
  CHECK(world.noticed(port::NoticeKind::hint_kept) == 1);
}

TEST_CASE("a write that is done waits for its last replica, and owes it nothing once it has acknowledged") {
  World world;
  world.put("k", "v");
  CHECK(world.stored_first<storage::Put>().hinted.empty());
  world.storage_answers(committed);
  world.reply(second, ack(world));
  CHECK(world.answers.size() == 1);
  CHECK(world.coordinator.in_flight() == 0);
  CHECK_FALSE(world.coordinator.idle());
  world.reply(third, ack(world));
  CHECK(world.coordinator.idle());
  CHECK(hinted_later(world).empty());
}

TEST_CASE("a replica that says no, is lost, or is silent until the deadline is owed a hint") {
  SUBCASE("it says no") {
    World world;
    world.put("k", "v");
    world.storage_answers(committed);
    world.reply(second, ack(world));
    auto no = ack(world);
    no.error = Error{ErrorCode::overloaded, "no"};
    world.reply(third, no);
    CHECK(hinted_later(world) == Nodes{third});
    world.storage_answers(storage::HintsAnswer{{{third, PartitionId{2}, true}}});
    CHECK(world.noticed(port::NoticeKind::hint_kept) == 1);
    CHECK(world.coordinator.idle());
  }
  SUBCASE("it is lost") {
    World world;
    world.put("k", "v");
    world.storage_answers(committed);
    world.reply(second, ack(world));
    world.lose(third);
    CHECK(hinted_later(world) == Nodes{third});
  }
  SUBCASE("it is silent") {
    World world;
    world.put("k", "v", level(1));
    world.storage_answers(committed);
    CHECK(world.answers.size() == 1);
    world.pass(3s);
    CHECK(hinted_later(world) == Nodes{second, third});
    CHECK(world.answers.size() == 1);
    CHECK(world.coordinator.idle());
  }
}

TEST_CASE("a write in doubt leaves hints too") {
  World world;
  world.put("k", "v");
  world.storage_answers(committed);
  world.lose(second);
  world.lose(third);
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(hinted_later(world) == Nodes{second, third});
}

TEST_CASE("a write that never began leaves none") {
  World world;
  world.put("k", "v");
  world.storage_answers(fail(ErrorCode::disk_full, "no room"));
  CHECK(world.failure() == ErrorCode::disk_full);
  CHECK(hinted_later(world).empty());
}

TEST_CASE("writes that only listen do not keep new requests out, and there is a bound to them") {
  Config config;
  config.in_flight_max = 2;
  config.listening_max = 3;
  World world({us, second, third}, config);
  for (int i = 0; i < 4; ++i) {
    world.put("k", "v", level(1));
    world.storage_answers(committed);
  }
  CHECK(world.answers.size() == 4);
  CHECK(world.noticed(port::NoticeKind::request_overloaded) == 0);
  CHECK(hinted_later(world) == Nodes{second, third});  // the fourth could not wait
}
