#include <doctest/doctest.h>

#include <array>

#include "fake_node.hpp"
#include "starling/client.hpp"
#include "wire/msgpack_packer.hpp"

namespace starling::client {
namespace {

using namespace std::chrono_literals;
using Kind = api::Change::Kind;

/// What the node was asked last, as a line.
struct Asked {
  std::string method;
  std::string params;
};

std::string in_words(wire::Reader& value) {
  std::string text;
  switch (value.peek()) {
    case wire::Kind::array:
      for (std::size_t left = value.array(); left > 0; --left) text += (text.empty() ? "" : " ") + in_words(value);
      return "[" + text + "]";
    case wire::Kind::map:
      for (std::size_t left = value.map(); left > 0; --left) {
        text += (text.empty() ? "" : " ") + in_words(value);
        text += " " + in_words(value);
      }
      return "{" + text + "}";
    case wire::Kind::bytes: return std::string(value.bytes());
    case wire::Kind::boolean: return value.boolean() ? "true" : "false";
    default: value.skip(); return "?";
  }
}

api::Client open_client(const FakeNode& node) {
  auto client = api::Client::open({.nodes = {node.address()}, .timeout = 60s});
  REQUIRE(client);
  return *std::move(client);
}

void pack_id(wire::Packer& packer, std::string_view name, std::string_view id) {
  wire::pack_str(packer, name);
  wire::pack_str(packer, id);
}

void pack_number(wire::Packer& packer, std::string_view name, std::uint64_t number) {
  wire::pack_str(packer, name);
  packer.pack(number);
}

FakeNode::Reply report() {
  return FakeNode::result([](wire::Packer& packer) {
    packer.pack_map(5);
    pack_number(packer, "epoch", 4);
    pack_number(packer, "moving", 9);
    wire::pack_str(packer, "moves");
    packer.pack_array(1).pack_map(3);
    pack_id(packer, "from", "a");
    pack_id(packer, "to", "b");
    pack_number(packer, "bytes", 77);
    wire::pack_str(packer, "loads");
    packer.pack_array(1).pack_map(3);
    pack_id(packer, "name", "n1");
    pack_number(packer, "before", 3);
    pack_number(packer, "after", 2);
    pack_id(packer, "may_be_lost", "much");
  });
}

}  // namespace

TEST_CASE("each kind of change asks for it in the protocol's words") {
  Asked asked;
  FakeNode node("a", [&](std::string_view method, wire::Reader params) {
    asked = {std::string(method), in_words(params)};
    return report();
  });
  api::Client client = open_client(node);
  struct Expected {
    api::Change change;
    std::string_view method;
    std::string_view params;
  };
  const std::array all{
      Expected{{.kind = Kind::join, .nodes = {"n4", "n5"}}, "cluster.join", "[[n4 n5] {timeout_ms ?}]"},
      Expected{{.kind = Kind::leave, .nodes = {"n4"}, .dry_run = true},
               "cluster.leave",
               "[[n4] {dry_run true timeout_ms ?}]"},
      Expected{
          {.kind = Kind::remove, .nodes = {"n4"}, .force = true}, "cluster.remove", "[[n4] {force true timeout_ms ?}]"},
      Expected{{.kind = Kind::replace, .nodes = {"n4", "n5"}}, "cluster.replace", "[n4 n5 {timeout_ms ?}]"},
      Expected{{.kind = Kind::abort}, "cluster.abort", "[{timeout_ms ?}]"},
      Expected{{.kind = Kind::rebalance}, "cluster.plan", "[{timeout_ms ?}]"},
  };
  for (const Expected& expected : all) {
    REQUIRE(client.change(expected.change));
    CHECK(asked.method == expected.method);
    CHECK(asked.params == expected.params);
  }
}

TEST_CASE("the report of a change tells what moves, the load before and after, and what may be lost") {
  FakeNode node("a", [](auto...) { return report(); });
  const auto told = open_client(node).change({.kind = Kind::abort});
  REQUIRE(told);
  CHECK(told->epoch == 4);
  CHECK(told->moving == 9);
  REQUIRE(told->moves.size() == 1);
  CHECK(told->moves[0].from == "a");
  CHECK(told->moves[0].to == "b");
  CHECK(told->moves[0].bytes == 77);
  REQUIRE(told->loads.size() == 1);
  CHECK(told->loads[0].name == "n1");
  CHECK(told->loads[0].before == 3);
  CHECK(told->loads[0].after == 2);
  CHECK(told->may_be_lost == "much");
}

TEST_CASE("a change is asked for once; whether it began is in doubt if no answer came, a dry run is not") {
  FakeNode node("a", [](auto...) { return FakeNode::hang_up(); });
  const auto asked_for = open_client(node).change({.kind = Kind::join, .nodes = {"n4"}});
  REQUIRE_FALSE(asked_for);
  CHECK(asked_for.error().outcome == api::Outcome::in_doubt);
  CHECK(node.requests() == 1);
  auto hurried = api::Client::open({.nodes = {node.address()}, .timeout = 300ms});  // for it is asked again and again
  REQUIRE(hurried);
  const auto dry = hurried->change({.kind = Kind::join, .nodes = {"n4"}, .dry_run = true});
  REQUIRE_FALSE(dry);
  CHECK(dry.error().outcome == api::Outcome::refused);
}

TEST_CASE("status tells of the change that is under way and of who waits") {
  FakeNode node("a", [](auto...) {
    return FakeNode::result([](wire::Packer& packer) {
      packer.pack_map(2);
      wire::pack_str(packer, "change");
      packer.pack_map(4);
      pack_id(packer, "stage", "read_old");
      pack_number(packer, "since_ms", 1200);
      wire::pack_str(packer, "joining");
      packer.pack_array(1);
      wire::pack_str(packer, "b");
      wire::pack_str(packer, "newcomers");
      packer.pack_array(1).pack_map(4);
      pack_id(packer, "node", "b");
      pack_number(packer, "arrived", 2);
      wire::pack_str(packer, "waits_for");
      packer.pack_array(1);
      wire::pack_str(packer, "c");
      wire::pack_str(packer, "silent");
      packer.pack(true);
      wire::pack_str(packer, "waiting");
      packer.pack_array(1).pack_map(1);
      pack_id(packer, "name", "n9");
    });
  });
  const auto status = open_client(node).status();
  REQUIRE(status);
  REQUIRE(status->change);
  CHECK(status->change->stage == "read_old");
  CHECK(status->change->since == 1200ms);
  CHECK(status->change->joining == std::vector<std::string>{"b"});
  REQUIRE(status->change->newcomers.size() == 1);
  CHECK(status->change->newcomers[0].arrived == 2);
  CHECK(status->change->newcomers[0].waits_for == std::vector<std::string>{"c"});
  CHECK(status->change->newcomers[0].silent);
  REQUIRE(status->waiting.size() == 1);
  CHECK(status->waiting[0].name == "n9");
}

TEST_CASE("a settled ring has no change under way") {
  FakeNode node("a", [](auto...) {
    return FakeNode::result([](wire::Packer& packer) {
      packer.pack_map(1);
      wire::pack_str(packer, "change");
      packer.pack_nil();
    });
  });
  const auto status = open_client(node).status();
  REQUIRE(status);
  CHECK_FALSE(status->change);
}

}  // namespace starling::client
