#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

storage::Answer committed(std::uint32_t siblings = 1) {
  return storage::PutAnswer{.dot = a1, .siblings = siblings, .context = seen({a1}), .object = "the object"};
}

wire::MergeReply ack(const World& world) {
  return {.request = world.sent<wire::MergeRequest>().front().second.request};
}

wire::MergeReply nack(const World& world, ErrorCode code) {
  auto reply = ack(world);
  reply.error = Error{code, "no"};
  return reply;
}

std::vector<NodeId> acked(const World& world) { return world.answer<port::Failure>().acked; }

}  // namespace

TEST_CASE("a put commits here first, then goes to every other replica, and is done at W") {
  World world;
  world.put("k", "v");
  CHECK(world.messages.empty());
  const auto command = world.stored_first<storage::Put>();
  CHECK(command.key == key_of("k"));
  CHECK(command.sibling.value == "v");
  CHECK(command.sibling.hlc == 1'000ULL << 16);
  CHECK(command.siblings_max == 100);
  CHECK(command.context.empty());
  world.storage_answers(committed());
  const auto merges = world.sent<wire::MergeRequest>();
  REQUIRE(merges.size() == 2);
  CHECK(merges[0].first == second);
  CHECK(merges[1].first == third);
  CHECK(merges[0].second.object == "the object");
  CHECK(merges[0].second.key == key_of("k").bytes);
  CHECK(merges[0].second.epoch == world.ring.epoch());
  CHECK(world.answers.empty());
  world.reply(third, ack(world));
  const auto reply = world.answer<port::PutReply>();
  CHECK(reply.siblings == 1);
  CHECK(causal::open_context(secret, key_of("k").token, reply.context) == seen({a1}));
  CHECK(world.coordinator.in_flight() == 0);
  world.reply(second, ack(world));
  CHECK(world.answers.size() == 1);
}

TEST_CASE("at W = 1 our own commit is enough, and the others get the object all the same") {
  World world;
  world.put("k", "v", level(1));
  world.storage_answers(committed());
  CHECK(world.answer<port::PutReply>().siblings == 1);
  CHECK(world.sent<wire::MergeRequest>().size() == 2);
}

TEST_CASE("a put hands out no context while siblings remain that its client has not read") {
  World world;
  world.put("k", "v", level(1));
  world.storage_answers(committed(2));
  const auto reply = world.answer<port::PutReply>();
  CHECK(reply.siblings == 2);
  CHECK(reply.context.empty());
}

TEST_CASE("a delete hands out its context only if nothing lives: one left is one that was not read") {
  const auto context = causal::seal_context(secret, key_of("k").token, seen({a1}));
  for (const std::uint32_t left : {0U, 1U}) {
    World world;
    world.ask(port::PutRequest{.key = key_of("k"), .tombstone = true, .context = context, .w = level(1)});
    CHECK(world.stored_first<storage::Put>().sibling.tombstone);
    world.storage_answers(committed(left));
    CHECK(world.answer<port::PutReply>().context.empty() == (left == 1));
  }
}

TEST_CASE("the client's context and request id reach storage") {
  World world;
  const auto context = causal::seal_context(secret, key_of("k").token, seen({a1, b1}));
  world.ask(port::PutRequest{.key = key_of("k"), .value = "v", .context = context, .request_id = 77});
  const auto command = world.stored_first<storage::Put>();
  CHECK(command.context == seen({a1, b1}));
  CHECK(command.sibling.request == 77);
}

TEST_CASE("a context of another key, or forged, is refused before anything happens") {
  const auto of_another_key = causal::seal_context(secret, key_of("other").token, seen({a1}));
  const auto of_another_cluster = causal::seal_context(Secret{9}, key_of("k").token, seen({a1}));
  for (const Bytes& context : {of_another_key, of_another_cluster, Bytes("junk")}) {
    World world;
    world.ask(port::PutRequest{.key = key_of("k"), .value = "v", .context = context});
    CHECK(world.failure() == ErrorCode::bad_context);
    CHECK(world.stored.empty());
    CHECK(world.messages.empty());
  }
}

TEST_CASE("fewer reachable than W is unavailable, and nothing has happened") {
  World world;
  world.down = {second, third};
  world.put("k", "v");
  CHECK(world.failure() == ErrorCode::unavailable);
  CHECK(world.stored.empty());
}

TEST_CASE("a replica that is down is passed over, and its peer's acknowledgement is enough") {
  World world;
  world.down = {second};
  world.put("k", "v");
  world.storage_answers(committed());
  REQUIRE(world.messages.size() == 1);
  CHECK(world.messages.front().first == third);
  world.reply(third, ack(world));
  CHECK(world.answer<port::PutReply>().siblings == 1);
}

TEST_CASE("what storage refuses is refused; what it could not finish is in doubt") {
  for (const auto code : {ErrorCode::disk_full, ErrorCode::too_many_siblings, ErrorCode::bad_context}) {
    World world;
    world.put("k", "v");
    world.storage_answers(fail(code, "no"));
    CHECK(world.failure() == code);
    CHECK(world.messages.empty());
    CHECK(world.noticed(port::NoticeKind::write_in_doubt) == 0);
  }
  World world;
  world.put("k", "v");
  world.storage_answers(fail(ErrorCode::storage_failed, "fsync"));
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(acked(world).empty());
  CHECK(world.noticed(port::NoticeKind::write_in_doubt) == 1);
}

TEST_CASE("after the commit a W that cannot be met is in doubt, with who has it") {
  World world;
  world.put("k", "v", level(3));
  world.storage_answers(committed());
  world.reply(third, ack(world));
  world.reply(second, nack(world, ErrorCode::overloaded));
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(acked(world) == std::vector{us, third});
}

TEST_CASE("a merge that fails is made up for by another while there is one") {
  World world;
  world.put("k", "v");
  world.storage_answers(committed());
  world.reply(second, nack(world, ErrorCode::stale_ring));
  CHECK(world.answers.empty());
  world.reply(third, ack(world));
  CHECK(world.answer<port::PutReply>().siblings == 1);
}

TEST_CASE("losing both peers after the commit ends the put in doubt at once") {
  World world;
  world.put("k", "v");
  world.storage_answers(committed());
  world.lose(second);
  CHECK(world.answers.empty());
  world.lose(third);
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(acked(world) == std::vector{us});
}

TEST_CASE("the deadline leaves a put in doubt at either stage, and its late commit is ignored") {
  World world;
  world.put("k", "v");
  world.pass(2s);
  CHECK(world.failure() == ErrorCode::in_doubt);
  CHECK(acked(world).empty());
  world.storage_answers(committed());
  CHECK(world.answers.size() == 1);
  CHECK(world.messages.empty());

  World later;
  later.put("k", "v");
  later.storage_answers(committed());
  later.pass(2s);
  CHECK(later.failure() == ErrorCode::in_doubt);
  CHECK(acked(later) == std::vector{us});
}

TEST_CASE("one replica's acknowledgement counts once, a stranger's never") {
  World world;
  world.put("k", "v", level(3));
  world.storage_answers(committed());
  world.reply(second, ack(world));
  world.reply(second, ack(world));
  world.reply(stranger, ack(world));
  world.reply(us, ack(world));
  CHECK(world.answers.empty());
  world.reply(third, ack(world));
  CHECK(world.answer<port::PutReply>().siblings == 1);
}

TEST_CASE("a merge carries what is left of the time, not what there was") {
  World world;
  world.put("k", "v");
  world.pass(500ms);
  world.storage_answers(committed());
  CHECK(world.sent_to<wire::MergeRequest>(second).ttl == 1'500ms);
}
