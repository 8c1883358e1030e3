#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

namespace {

const causal::Object old_value = object({sibling(a1, "old")});
const causal::Object new_value = object({sibling(a2, "new")});
const causal::Object other_value = object({sibling(b1, "other")});
const causal::Object deleted = object({tombstone(a2)});

std::vector<Bytes> values(const World& world) { return world.answer<port::GetReply>().values; }

causal::VersionVector context(const World& world, BytesView key) {
  const auto opened = causal::open_context(secret, key_of(key).token, world.answer<port::GetReply>().context);
  REQUIRE(opened);
  return *opened;
}

}  // namespace

TEST_CASE("a read at one replica, ourselves, touches no network") {
  World world;
  world.get("k", level(1));
  CHECK(world.messages.empty());
  CHECK(world.stored_first<storage::Get>().key == key_of("k"));
  world.storage_answers(got(old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
  CHECK(context(world, "k") == old_value.context);
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("a quorum read asks storage in full and one peer for a digest, and is done when they agree") {
  World world;
  world.get("k");
  REQUIRE(world.messages.size() == 1);
  const auto request = world.sent_to<wire::ReadRequest>(second);
  CHECK_FALSE(request.full);
  CHECK(request.epoch == world.ring.epoch());
  CHECK(request.key == key_of("k").bytes);
  CHECK(request.partition == world.ring.partition_of(key_of("k").token));
  CHECK(request.ttl == 2s);
  world.storage_answers(got(old_value));
  CHECK(world.answers.empty());
  world.reply(second, digest(request, old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
  CHECK(world.messages.size() == 1);
}

TEST_CASE("a replica that we owe writes is asked last: what it has may be old") {
  World world;
  world.owed = {{second, 7}};
  world.get("k");
  REQUIRE(world.messages.size() == 1);
  CHECK_FALSE(world.sent_to<wire::ReadRequest>(third).full);
  world.lose(third);
  CHECK(world.sent_to<wire::ReadRequest>(second).full);
}

TEST_CASE("the digest may come before the local answer") {
  World world;
  world.get("k");
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  CHECK(world.answers.empty());
  world.storage_answers(got(old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a node that is no replica asks the first one in full and the next for a digest") {
  World world({second, third, stranger});
  world.get("k");
  CHECK(world.stored.empty());
  const auto whole = world.sent_to<wire::ReadRequest>(second);
  const auto half = world.sent_to<wire::ReadRequest>(third);
  CHECK(whole.full);
  CHECK_FALSE(half.full);
  world.reply(third, digest(half, new_value));
  world.reply(second, full(whole, new_value));
  CHECK(values(world) == std::vector<Bytes>{"new"});
}

TEST_CASE("nothing found is an answer, with the context of what has been seen") {
  World world;
  const causal::Object nothing = object({}, seen({a2, b1}));
  world.get("k");
  world.storage_answers(got(nothing));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), nothing));
  CHECK(values(world).empty());
  CHECK(context(world, "k") == nothing.context);
}

TEST_CASE("a digest that differs is followed up in full, and the states are joined") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), other_value));
  CHECK(world.noticed(port::NoticeKind::read_mismatched) == 1);
  CHECK(world.answers.empty());
  const auto request = world.sent_to<wire::ReadRequest>(second);
  CHECK(request.full);
  world.reply(second, full(request, other_value));
  CHECK(values(world) == std::vector<Bytes>{"old", "other"});
  CHECK(context(world, "k") == seen({a1, b1}));
}

TEST_CASE("a delete that one replica has seen hides the value that another still holds") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), deleted));
  world.reply(second, full(world.sent_to<wire::ReadRequest>(second), deleted));
  CHECK(values(world).empty());
}

TEST_CASE("after a mismatch a replica whose digest agreed is asked in full too: it may know of a delete") {
  World world;
  world.get("k", level(3));
  const auto two = object({sibling(a1, "old"), sibling(b1, "other")});
  const auto knows_of_delete = object({sibling(a1, "old")}, seen({b1}));
  const auto asked_second = world.sent_to<wire::ReadRequest>(second);
  const auto asked_third = world.sent_to<wire::ReadRequest>(third);
  world.storage_answers(got(old_value));
  world.reply(second, digest(asked_second, knows_of_delete));  // equal to ours
  world.reply(third, digest(asked_third, two));
  world.reply(second, full(asked_second, knows_of_delete));
  world.reply(third, full(asked_third, two));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a digest that arrives twice is not taken for the full answer") {
  World world;
  world.get("k");
  const auto request = world.sent_to<wire::ReadRequest>(second);
  world.storage_answers(got(old_value));
  world.reply(second, digest(request, other_value));
  world.reply(second, digest(request, other_value));
  CHECK(world.answers.empty());
  CHECK(world.noticed(port::NoticeKind::message_malformed) == 0);
  world.reply(second, full(request, other_value));
  CHECK(values(world).size() == 2);
}

TEST_CASE("values that one client request has left twice are shown once") {
  World world;
  const auto twice = [](causal::Dot dot, Bytes value, std::uint64_t request) {
    return causal::Sibling{.dot = dot, .request = request, .value = std::move(value)};
  };
  world.get("k", level(1));
  world.storage_answers(
      got(object({twice(a1, "once", 7), twice(a2, "x", 0), twice(b1, "once", 7), twice({{103}, 1}, "x", 0)})));
  CHECK(values(world) == std::vector<Bytes>{"once", "x", "x"});
}

TEST_CASE("a replica that refuses is replaced by the next at once, in full") {
  World world;
  world.get("k");
  world.reply(second, refusal(world.sent_to<wire::ReadRequest>(second), ErrorCode::overloaded));
  const auto request = world.sent_to<wire::ReadRequest>(third);
  CHECK(request.full);
  world.storage_answers(got(old_value));
  world.reply(third, full(request, old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a failed local read is replaced too") {
  World world;
  world.get("k", level(1));
  world.storage_answers(fail(ErrorCode::storage_failed, "bad disk"));
  const auto request = world.sent_to<wire::ReadRequest>(second);
  CHECK(request.full);
  world.reply(second, full(request, new_value));
  CHECK(values(world) == std::vector<Bytes>{"new"});
}

TEST_CASE("bytes that are no object count as a failure and are reported with the peer's name") {
  World world({second, third, stranger});
  world.get("k", level(1));
  world.reply(second, wire::ReadReply{.request = world.sent_to<wire::ReadRequest>(second).request, .object = "\xff?"});
  CHECK(world.noticed(port::NoticeKind::message_malformed) == 1);
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("an object that does not cover its own siblings is malformed") {
  World world({second, third, stranger});
  world.get("k", level(1));
  const causal::Object bare{{sibling(a1, "old")}, {}};
  world.reply(second, full(world.sent_to<wire::ReadRequest>(second), bare));
  CHECK(world.noticed(port::NoticeKind::message_malformed) == 1);
  CHECK(world.answers.empty());
}

TEST_CASE("a peer whose connection breaks is replaced at once") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.lose(second);
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a peer that has answered may be lost without harm") {
  World world;
  world.get("k");
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  world.lose(second);
  CHECK(world.sent<wire::ReadRequest>().size() == 1);
  world.storage_answers(got(old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a peer lost while its full answer is wanted is replaced, and the answer still joins R states") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), other_value));
  world.lose(second);
  CHECK(world.answers.empty());
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), new_value));
  CHECK(values(world) == std::vector<Bytes>{"new"});
}

TEST_CASE("replicas that are down are passed over from the start") {
  World world;
  world.down = {second};
  world.get("k");
  REQUIRE(world.messages.size() == 1);
  CHECK(world.messages.front().first == third);
}

TEST_CASE("fewer reachable than R is unavailable at once, and nobody is bothered") {
  World world;
  world.down = {second, third};
  world.get("k");
  CHECK(world.failure() == ErrorCode::unavailable);
  CHECK(world.messages.empty());
  CHECK(world.stored.empty());
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("a read that loses its last chance is unavailable, and the reason is told") {
  World world;
  world.get("k", level(3));
  world.reply(third, refusal(world.sent_to<wire::ReadRequest>(third), ErrorCode::disk_full));
  CHECK(world.failure() == ErrorCode::unavailable);
  CHECK(world.answer<port::Failure>().error.message.find("DISK_FULL") != std::string::npos);
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE(
    "a read that a replica refuses because of its ring begins again, and what comes to the first attempt is late") {
  World world;
  world.get("k", level(3));
  const auto first = world.sent_to<wire::ReadRequest>(third);
  world.reply(third, refusal(first, ErrorCode::stale_ring));
  CHECK(world.answers.empty());
  world.pass(20ms);
  const auto second_attempt = world.sent_to<wire::ReadRequest>(third);
  CHECK(second_attempt.request != first.request);
  world.reply(third, digest(first, {}));
  world.reply(third, digest(second_attempt, {}));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), {}));
  world.stored.erase(world.stored.begin());  // of the first attempt
  world.storage_answers(got({}));
  CHECK(world.answer<port::GetReply>().values.empty());
}

TEST_CASE("a late answer sends the read to the next replica, and whoever comes first counts") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.pass(250ms);
  CHECK(world.noticed(port::NoticeKind::read_hedged) == 1);
  const auto hedge = world.sent_to<wire::ReadRequest>(third);
  CHECK(hedge.full);
  CHECK(hedge.ttl < 2s);
  world.reply(third, full(hedge, old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), new_value));
  CHECK(world.answers.size() == 1);
}

TEST_CASE("a late local read is hedged as well") {
  World world;
  world.get("k");
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), new_value));
  world.pass(250ms);
  world.reply(third, full(world.sent_to<wire::ReadRequest>(third), new_value));
  CHECK(values(world) == std::vector<Bytes>{"new"});
  world.storage_answers(got(old_value));
  CHECK(world.answers.size() == 1);
}

TEST_CASE("the hedge goes out sooner once answers have been quick") {
  Config config;
  config.hedge_floor = 2ms;
  World world({us, second, third}, config);
  for (int i = 0; i < 5'000; ++i) {
    world.messages.clear();
    world.answers.clear();
    world.get("k");
    world.storage_answers(got(old_value));
    world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  }
  CHECK(world.noticed(port::NoticeKind::read_hedged) == 0);
  world.get("k");
  world.pass(1ms);
  CHECK(world.noticed(port::NoticeKind::read_hedged) == 0);
  world.pass(2ms);
  CHECK(world.noticed(port::NoticeKind::read_hedged) == 1);
}

TEST_CASE("a lost hedge does not end a read that can still be answered") {
  World world;
  world.get("k");
  world.storage_answers(got(old_value));
  world.pass(250ms);
  world.lose(third);
  CHECK(world.answers.empty());
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}

TEST_CASE("a read that nobody answers times out, and late answers are ignored") {
  World world;
  world.get("k");
  world.pass(2s - 1ns);
  CHECK(world.answers.empty());
  world.pass(1ns);
  CHECK(world.failure() == ErrorCode::timed_out);
  CHECK(world.noticed(port::NoticeKind::request_timed_out) == 1);
  world.storage_answers(got(old_value));
  world.reply(second, digest(world.sent_to<wire::ReadRequest>(second), old_value));
  CHECK(world.answers.size() == 1);
  CHECK(world.coordinator.in_flight() == 0);
}

TEST_CASE("an answer that comes after the deadline but before its timer is too late as well") {
  World world;
  world.get("k", level(1));
  world.now = world.now + 3s;
  world.storage_answers(got(old_value));
  CHECK(world.failure() == ErrorCode::timed_out);
}

TEST_CASE("replies from strangers, for other requests and of other kinds change nothing") {
  World world;
  world.get("k");
  const auto request = world.sent_to<wire::ReadRequest>(second);
  world.storage_answers(got(old_value));
  world.reply(stranger, digest(request, old_value));
  world.reply(third, digest(request, old_value));  // a replica, but it was not asked
  world.reply(second, wire::ReadReply{.request = {request.request.value + 1}});
  world.reply(second, wire::MergeReply{.request = request.request});
  world.reply(second, wire::ForwardReply{.request = request.request});
  CHECK(world.answers.empty());
  world.reply(second, digest(request, old_value));
  CHECK(values(world) == std::vector<Bytes>{"old"});
}
