#include "world.hpp"

using namespace starling;
using namespace starling::coordinator;
using namespace starling::coordinator::test;

TEST_CASE("beyond the number of requests allowed the answer is overloaded at once, and room is made by answers") {
  Config config;
  config.in_flight_max = 2;
  World world({us, second, third}, config);
  world.get("a", level(1));
  world.get("b", level(1));
  world.get("c", level(1));
  CHECK(world.failure() == ErrorCode::overloaded);
  CHECK(world.noticed(port::NoticeKind::request_overloaded) == 1);
  CHECK(world.stored.size() == 2);
  world.storage_answers(got({}));
  world.get("d", level(1));
  CHECK(world.stored.size() == 2);
  CHECK(world.coordinator.in_flight() == 2);
}

TEST_CASE("the bytes under way are bounded as well") {
  Config config;
  config.bytes_in_flight_max = 1'000;
  World world({us, second, third}, config);
  world.put("a", Bytes(600, 'x'));
  world.put("b", Bytes(600, 'x'));
  CHECK(world.failure() == ErrorCode::overloaded);
  CHECK(world.stored.size() == 1);
  world.storage_answers(fail(ErrorCode::disk_full, "no"));
  world.put("b", Bytes(600, 'x'));
  CHECK(world.stored.size() == 1);
}

TEST_CASE("a level that the list cannot meet, or a time-out out of bounds, is invalid and says the bound") {
  for (const std::uint32_t wrong : {0U, 4U}) {
    World reads;
    reads.get("k", level(wrong));
    CHECK(reads.failure() == ErrorCode::invalid);
    World writes;
    writes.put("k", "v", level(wrong));
    CHECK(writes.failure() == ErrorCode::invalid);
    CHECK(writes.answer<port::Failure>().error.message.find('3') != std::string::npos);
    World scans;
    scans.ask(port::ScanRequest{.bucket = "b", .r = level(wrong)});
    CHECK(scans.failure() == ErrorCode::invalid);
  }
  for (const Duration wrong : {Duration(0ns), Duration(-1s), Duration(61s)}) {
    World world;
    world.ask(port::GetRequest{.key = key_of("k"), .timeout = wrong});
    CHECK(world.failure() == ErrorCode::invalid);
    CHECK(world.coordinator.in_flight() == 0);
  }
}

TEST_CASE("in a cluster of one a quorum is one") {
  World world({us});
  world.put("k", "v");
  world.storage_answers(storage::PutAnswer{.dot = a1, .siblings = 1, .context = seen({a1}), .object = "o"});
  CHECK(world.answer<port::PutReply>().siblings == 1);
}

TEST_CASE("each request ends at its own deadline, in whatever order they began") {
  World world;
  for (const Duration timeout : {Duration(900ms), Duration(100ms), Duration(500ms)})
    world.ask(port::GetRequest{.key = key_of("k"), .timeout = timeout});
  world.pass(100ms);
  REQUIRE(world.answers.size() == 1);
  CHECK(world.answers[0].token.value == 2);
  world.pass(400ms);
  REQUIRE(world.answers.size() == 2);
  CHECK(world.answers[1].token.value == 3);
  world.pass(400ms);
  REQUIRE(world.answers.size() == 3);
  CHECK(world.answers[2].token.value == 1);
}

TEST_CASE("timers are not armed for each request") {
  World world;
  for (int i = 0; i < 1'000; ++i) {
    world.get("k", level(1));
    world.storage_answers(got({}));
    world.now = world.now + 1us;
  }
  CHECK(world.timers.size() == 1);
  world.pass(10s);
  CHECK(world.timers.empty());
  CHECK(world.answers.size() == 1'000);
}

TEST_CASE("a stale timer does nothing") {
  World world;
  world.get("k");
  const auto timer = world.timers.begin()->second;
  world.pass(2s);
  REQUIRE(world.answers.size() == 1);
  world.get("k");
  port::Outbox out;
  world.coordinator.on_timer(timer, world.view(), out);
  CHECK(out.effects().empty());
}
