#include "sim/world.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::sim;

namespace {

ring::Key key(const char* name) { return *ring::Key::make("", name); }

port::PutRequest put(const char* name, const char* value) { return {.key = key(name), .value = value}; }

}  // namespace

TEST_CASE("a cluster of one founds itself, writes and reads") {
  World world({.hosts = 1});
  world.start_all();
  REQUIRE(world.found());
  const auto written = world.ask(0, put("k", "v"));
  REQUIRE(written);
  REQUIRE(std::holds_alternative<port::PutReply>(*written));
  const auto read = world.ask(0, port::GetRequest{.key = key("k")});
  REQUIRE(read);
  CHECK(std::get<port::GetReply>(*read).values == std::vector<Bytes>{"v"});
}

TEST_CASE("what is written at one node of three is read at another") {
  World world({.seed = 2, .hosts = 3});
  world.start_all();
  REQUIRE(world.found());
  REQUIRE(world.ask(0, put("k", "v")));
  const auto read = world.ask(2, port::GetRequest{.key = key("k")});
  REQUIRE(read);
  CHECK(std::get<port::GetReply>(*read).values == std::vector<Bytes>{"v"});
}

TEST_CASE("a process that is killed has its data when it starts again") {
  World world({.seed = 3, .hosts = 1});
  world.start_all();
  REQUIRE(world.found());
  REQUIRE(world.ask(0, put("k", "v")));
  world.host(0).kill();
  CHECK_FALSE(world.host(0).up());
  world.host(0).start();
  REQUIRE(world.run_until([&] { return world.all_ready(); }, 10s));
  const auto read = world.ask(0, port::GetRequest{.key = key("k")});
  REQUIRE(read);
  CHECK(std::get<port::GetReply>(*read).values == std::vector<Bytes>{"v"});
}
