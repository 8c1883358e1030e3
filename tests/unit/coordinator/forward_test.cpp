#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const std::vector<NodeId> without_us{second, third, stranger};

wire::ForwardReply result(const World& world, NodeId from, wire::WriteResult outcome) {
  return {.request = world.sent_to<wire::ForwardWrite>(from).request, .result = std::move(outcome)};
}

wire::ForwardReply refused(const World& world, NodeId from, ErrorCode code) {
  return result(world, from, {.error = Error{code, "no"}});
}

wire::ForwardWrite forwarded(const World& world) {
  const auto key = key_of("k");
  return {.request = {55},
          .epoch = world.ring.epoch(),
          .partition = world.ring.partition_of(key.token),
          .key = key.bytes,
          .value = "v",
          .w = {wire::QuorumLevel::Kind::number, 2},
          .client_request = 8,
          .hlc = 99,
          .ttl = 1s};
}

std::optional<ErrorCode> refusal_of(const World& world) {
  const auto replies = world.sent<wire::ForwardReply>();
  REQUIRE(replies.size() == 1);
  CHECK(replies.front().second.request.value == 55);
  if (!replies.front().second.result.error) return std::nullopt;
  return replies.front().second.result.error->code;
}

}  // namespace

TEST_CASE("a put at a node that is no replica goes to one that is, with everything it needs") {
  World world(without_us);
  world.ask(port::PutRequest{.key = key_of("k"), .value = "v", .context = "token", .request_id = 8});
  CHECK(world.stored.empty());
  REQUIRE(world.messages.size() == 1);
  const auto request = world.sent_to<wire::ForwardWrite>(second);
  CHECK(request.key == key_of("k").bytes);
  CHECK(request.value == "v");
  CHECK(request.context == "token");
  CHECK(request.w.kind == wire::QuorumLevel::Kind::quorum);
  CHECK(request.client_request == 8);
  CHECK(request.hlc == 1'000ULL << 16);
  CHECK(request.ttl > 1s);
  CHECK(request.ttl < 2s);
  CHECK(world.noticed(port::NoticeKind::request_forwarded) == 1);
  world.reply(second, result(world, second, {.siblings = 1, .context = "sealed", .acked = {second, third}}));
  CHECK(world.answer<port::PutReply>().siblings == 1);
  CHECK(world.answer<port::PutReply>().context == "sealed");
}

TEST_CASE("another replica is tried after a definite no, and after nothing else") {
  for (const auto code : {ErrorCode::overloaded, ErrorCode::not_ready, ErrorCode::stale_ring, ErrorCode::unavailable,
                          ErrorCode::disk_full}) {
    World world(without_us);
    world.put("k", "v");
    world.reply(second, refused(world, second, code));
    CHECK(world.answers.empty());
    world.reply(third, result(world, third, {.siblings = 1}));
    CHECK(world.answer<port::PutReply>().siblings == 1);
  }
}

TEST_CASE("a refusal that is about the write is handed back, not tried elsewhere") {
  for (const auto code : {ErrorCode::bad_context, ErrorCode::too_many_siblings, ErrorCode::invalid}) {
    World world(without_us);
    world.put("k", "v");
    world.reply(second, refused(world, second, code));
    CHECK(world.failure() == code);
    CHECK(world.messages.size() == 1);
  }
}

TEST_CASE("what is in doubt there is in doubt here, and never tried again") {
  for (const auto code : {ErrorCode::in_doubt, ErrorCode::storage_failed, ErrorCode::connection_lost}) {
    World world(without_us);
    world.put("k", "v");
    world.reply(second, result(world, second, {.error = Error{code, "no"}, .acked = {second}}));
    CHECK(world.failure() == ErrorCode::in_doubt);
    CHECK(world.answer<port::Failure>().acked == std::vector{second});
    CHECK(world.messages.size() == 1);
  }
}

TEST_CASE("a broken connection or the deadline leaves a forwarded write in doubt") {
  World lost(without_us);
  lost.put("k", "v");
  lost.lose(third);  // not the one that has it
  CHECK(lost.answers.empty());
  lost.lose(second);
  CHECK(lost.failure() == ErrorCode::in_doubt);
  CHECK(lost.messages.size() == 1);

  World late(without_us);
  late.put("k", "v");
  late.pass(2s);
  CHECK(late.failure() == ErrorCode::in_doubt);
}

TEST_CASE("what a replica knows of a write in doubt, when its time is up, still reaches the client") {
  World forwarder(without_us);
  forwarder.put("k", "v");
  const auto request = forwarder.sent_to<wire::ForwardWrite>(second);
  const Duration one_way = 50ms;

  World replica({us, second, third});
  replica.pass(one_way);
  replica.forward(stranger, request);
  replica.storage_answers(storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"});
  replica.pass(request.ttl);
  const auto verdict = replica.sent_to<wire::ForwardReply>(stranger);
  REQUIRE(verdict.result.error);

  forwarder.pass(request.ttl + 2 * one_way);
  forwarder.reply(second, verdict);
  CHECK(forwarder.failure() == ErrorCode::in_doubt);
  CHECK(forwarder.answer<port::Failure>().acked == std::vector{us});
}

TEST_CASE("when every replica has refused, so has the write") {
  World world(without_us);
  world.put("k", "v");
  for (const auto node : without_us) world.reply(node, refused(world, node, ErrorCode::overloaded));
  CHECK(world.failure() == ErrorCode::overloaded);
  CHECK(world.messages.size() == 3);
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("when all replicas go by another ring they are asked again, as long as the client waits") {
  World world(without_us);
  world.put("k", "v");
  for (const auto node : without_us) world.reply(node, refused(world, node, ErrorCode::stale_ring));
  CHECK(world.answers.empty());
  world.pass(20ms);
  CHECK(world.messages.size() == 4);
  world.messages.erase(world.messages.begin(), world.messages.end() - 1);
  const auto again = world.messages.back().first;
  world.reply(again, refused(world, again, ErrorCode::stale_ring));
  world.pass(2s);
  CHECK(world.answers.size() == 1);
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("replicas that are down are not forwarded to, and fewer than W of them is unavailable") {
  World one_down(without_us);
  one_down.down = {second};
  one_down.put("k", "v");
  REQUIRE(one_down.messages.size() == 1);
  CHECK(one_down.messages.front().first == third);

  World two_down(without_us);
  two_down.down = {second, third};
  two_down.put("k", "v");
  CHECK(two_down.failure() == ErrorCode::unavailable);
  CHECK(two_down.messages.empty());
}

TEST_CASE("a forward reply counts only from the node that was asked") {
  World world(without_us);
  world.put("k", "v");
  world.reply(third, result(world, second, {.siblings = 1}));
  CHECK(world.answers.empty());
  world.reply(second, refused(world, second, ErrorCode::overloaded));
  world.reply(second, refused(world, second, ErrorCode::bad_context));  // it has had its say
  CHECK(world.answers.empty());
}

TEST_CASE("a forwarded write is coordinated here and answered to the node that sent it") {
  World world;
  world.forward(stranger, forwarded(world));
  const auto command = world.stored_first<storage::Put>();
  CHECK(command.sibling.value == "v");
  CHECK(command.sibling.request == 8);
  CHECK(command.sibling.hlc == 99);
  world.storage_answers(storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"});
  const auto merge = world.sent_to<wire::MergeRequest>(second);
  CHECK(merge.ttl == 1s);
  world.reply(second, wire::MergeReply{.request = merge.request});
  CHECK(refusal_of(world) == std::nullopt);
  const auto outcome = world.sent_to<wire::ForwardReply>(stranger).result;
  CHECK(outcome.siblings == 1);
  CHECK(outcome.acked == std::vector{us, second});
  CHECK(causal::open_context(secret, key_of("k").token, outcome.context) == seen({a1}));
  CHECK(world.answers.empty());
}

TEST_CASE("a forwarded write ends by its sender's deadline") {
  World world;
  world.forward(stranger, forwarded(world));
  world.pass(1s);
  CHECK(refusal_of(world) == ErrorCode::in_doubt);
}

TEST_CASE("a forwarded write that cannot be coordinated here is refused, and nothing happens") {
  const auto refusal_after = [](auto change, World world) {
    auto request = forwarded(world);
    change(request);
    world.forward(stranger, std::move(request));
    CHECK(world.stored.empty());
    CHECK(world.coordinator.in_flight() == 0);
    return refusal_of(world);
  };
  const auto nothing = [](wire::ForwardWrite&) {};
  CHECK(refusal_after([](auto& r) { r.epoch.value -= 1; }, World()) == ErrorCode::stale_ring);
  CHECK(refusal_after([](auto& r) { r.epoch.value += 1; }, World()) == ErrorCode::stale_ring);
  CHECK(refusal_after(nothing, World(without_us)) == ErrorCode::stale_ring);
  CHECK(refusal_after([](auto& r) { r.partition.value = partitions; }, World()) == ErrorCode::stale_ring);
  CHECK(refusal_after([](auto& r) { r.partition.value ^= 1; }, World()) == ErrorCode::malformed);
  CHECK(refusal_after([](auto& r) { r.key = "no bucket"; }, World()) == ErrorCode::malformed);
  CHECK(refusal_after([](auto& r) { r.w.number = 4; }, World()) == ErrorCode::invalid);
  CHECK(refusal_after([](auto& r) { r.w.number = 0; }, World()) == ErrorCode::invalid);
  CHECK(refusal_after([](auto& r) { r.context = "forged"; }, World()) == ErrorCode::bad_context);
  Config full;
  full.in_flight_max = 0;
  CHECK(refusal_after(nothing, World({us, second, third}, full)) == ErrorCode::overloaded);
}

TEST_CASE("a forwarded write whose time is up is dropped before it costs anything") {
  World world;
  auto request = forwarded(world);
  request.ttl = 0ns;
  world.forward(stranger, std::move(request));
  CHECK(world.stored.empty());
  CHECK(world.messages.empty());
  CHECK(world.noticed(port::NoticeKind::work_expired) == 1);
}
