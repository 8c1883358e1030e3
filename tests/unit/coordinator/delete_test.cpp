#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const causal::Object alive = object({sibling(a1, "v"), sibling(b1, "w")});

void erase(World& world, BytesView key, port::QuorumLevel w = {}) {
  world.ask(port::PutRequest{.key = key_of(key), .tombstone = true, .w = w, .request_id = 5});
}

/// The read stage, answered by storage and one peer.
void read(World& world, const causal::Object& state) {
  world.storage_answers(got(state));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), state));
}

}  // namespace

TEST_CASE("a delete with no context reads first and replaces what it has read") {
  World world;
  erase(world, "k");
  read(world, alive);
  CHECK(world.answers.empty());
  const auto command = world.stored_first<storage::Put>();
  CHECK(command.sibling.tombstone);
  CHECK(command.sibling.request == 5);
  CHECK(command.context == alive.context);
  world.storage_answers(storage::PutAnswer{.dot = a2, .siblings = 0, .context = seen({a2, b1}), .object = "o"});
  world.reply(third, wire::MergeReply{.request = world.sent_to<wire::MergeRequest>(third).request});
  CHECK(world.answer<port::PutReply>().siblings == 0);
  CHECK_FALSE(world.answer<port::PutReply>().context.empty());
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("where nothing lives a delete writes nothing") {
  for (const auto& state : {object({}, seen({a1})), object({tombstone(a2)})}) {
    World world;
    erase(world, "k");
    read(world, state);
    CHECK(world.answer<port::PutReply>().siblings == 0);
    CHECK(world.stored.empty());
    CHECK(world.sent<wire::MergeRequest>().empty());
    CHECK(world.coordinator.in_flight() == 0);
  }
}

TEST_CASE("a delete with a context writes at once") {
  World world;
  const auto context = causal::seal_context(secret, key_of("k").token, seen({a1}));
  world.ask(port::PutRequest{.key = key_of("k"), .tombstone = true, .context = context});
  CHECK(world.messages.empty());
  CHECK(world.stored_first<storage::Put>().context == seen({a1}));
}

TEST_CASE("an empty context is none: the delete reads first") {
  World world;
  world.ask(port::PutRequest{.key = key_of("k"), .tombstone = true, .context = Bytes{}});
  world.stored_first<storage::Get>();
}

TEST_CASE("a delete at a node that is no replica reads from afar and forwards the tombstone with what it read") {
  World world({second, third, stranger});
  erase(world, "k");
  world.reply(second, full(world.sent_to<wire::ReadRequest>(second), alive));
  world.reply(third, digest(world.sent_to<wire::ReadRequest>(third), alive));
  const auto request = world.sent_to<wire::ForwardWrite>(second);
  CHECK(request.tombstone);
  CHECK(causal::open_context(secret, key_of("k").token, request.context) == alive.context);
  world.reply(second, wire::ForwardReply{.request = request.request, .result = {.siblings = 0}});
  CHECK(world.answer<port::PutReply>().siblings == 0);
}

TEST_CASE("until its write has begun a delete that fails has done nothing") {
  World unavailable;
  unavailable.down = {second, third};
  erase(unavailable, "k", level(1));
  CHECK(unavailable.failure() == ErrorCode::unavailable);

  World late;
  erase(late, "k");
  late.pass(2s);
  CHECK(late.failure() == ErrorCode::timed_out);

  World lost;
  erase(lost, "k");
  lost.storage_answers(got(alive));
  lost.lose(second);
  lost.lose(third);
  CHECK(lost.failure() == ErrorCode::unavailable);
}

TEST_CASE("the read and the write of a delete share one deadline") {
  World world;
  erase(world, "k");
  world.pass(1'500ms);
  read(world, alive);
  world.storage_answers(storage::PutAnswer{.dot = a2, .siblings = 0, .context = seen({a2, b1}), .object = "o"});
  CHECK(world.sent_to<wire::MergeRequest>(second).ttl == 500ms);
  world.pass(500ms);
  CHECK(world.failure() == ErrorCode::in_doubt);
}

TEST_CASE("a local read that was overtaken by a hedge is not taken for the answer to the write") {
  World world;
  erase(world, "k");
  const auto late_read = world.stored.front().ticket.number;
  world.pass(250ms);
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), alive));
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), alive));
  REQUIRE(world.stored.size() == 2);
  CHECK(std::holds_alternative<storage::Put>(world.stored.back().command));
  world.storage_answers(late_read, got(alive));
  CHECK(world.answers.empty());
  CHECK(world.coordinator.in_flight() == 1);
}
