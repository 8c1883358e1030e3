#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const storage::Answer committed = storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"};

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
  world.storage_answers(committed);
  world.reply(second, ack(world));
  CHECK(world.answers.size() == 1);
  CHECK(world.noticed(port::NoticeKind::hint_kept) == 1);
  CHECK(hinted_later(world).empty());
  CHECK(world.coordinator.idle());
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
