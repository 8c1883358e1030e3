#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <set>

#include "fake_node.hpp"
#include "starling/client.hpp"

namespace starling::client {
namespace {

using namespace std::chrono_literals;
using Code = api::ErrorCode;
using Clock = std::chrono::steady_clock;

/// What is done at once, or after a moment, takes longer on a busy machine, but not most of the minute that is allowed.
constexpr auto half_the_time = 30s;

std::optional<FakeNode::Reply> one_sibling(std::string_view, wire::Reader) {
  return FakeNode::result([](wire::Packer& packer) {
    packer.pack_map(1);
    wire::pack_str(packer, "siblings");
    packer.pack(1);
  });
}

std::optional<FakeNode::Reply> echo_key_as_value(std::string_view, wire::Reader params) {
  params.array();
  BytesView key = params.bytes();
  return FakeNode::result([key](wire::Packer& packer) {
    packer.pack_map(2);
    wire::pack_str(packer, "values");
    packer.pack_array(1);
    wire::pack_bin(packer, key);
    wire::pack_str(packer, "context");
    wire::pack_bin(packer, "seen");
  });
}

/// Where nothing is to be late, not on a busy machine either.
const api::ClientOptions unhurried{.timeout = 60s, .attempt_timeout = 60s};

api::Client open_client(std::vector<std::string> nodes, api::ClientOptions options = unhurried) {
  options.nodes = std::move(nodes);
  auto client = api::Client::open(std::move(options));
  REQUIRE(client);
  return *std::move(client);
}

/// Has `use` read the value of an option, if it is there.
void with_option(wire::Reader params, std::string_view name, auto use) {
  for (std::size_t items = params.array(); items > 1; --items) params.skip();
  for (std::size_t entries = params.map(); entries > 0; --entries) {
    if (params.bytes() == name)
      use(params);
    else
      params.skip();
  }
}

std::uint64_t request_id_of(wire::Reader params) {
  std::uint64_t id = 0;
  with_option(params, "request_id", [&](wire::Reader& value) { id = value.natural(); });
  return id;
}

std::string context_of(wire::Reader params) {
  std::string context;
  with_option(params, "context", [&](wire::Reader& value) { context = value.bytes(); });
  return context;
}

TEST_CASE("a read gives the values and the context") {
  FakeNode node("a", echo_key_as_value);
  api::Client client = open_client({node.address()});
  auto reading = client.get("k1");
  REQUIRE(reading);
  CHECK(reading->values == std::vector<std::string>{"k1"});
  CHECK(reading->context == "seen");
}

TEST_CASE("requests go to the first replica, though another node was named") {
  FakeNode replica("replica", one_sibling);
  FakeNode other("other", one_sibling);
  other.set_ring(ring_of({{"replica", replica.address()}}));
  api::Client client = open_client({other.address()});
  // Until the ring is known and the replica has greeted, any node will do.
  const auto give_up = Clock::now() + 60s;
  while (replica.requests() == 0) {
    REQUIRE(Clock::now() < give_up);
    REQUIRE(client.put("k", "v"));
    std::this_thread::sleep_for(1ms);
  }
  int others_before = other.requests();
  for (int i = 0; i < 10; ++i) REQUIRE(client.put("k", "v"));
  CHECK(other.requests() == others_before);
}

TEST_CASE("a sloppy write says so to the node, and its answer names the stand-ins") {
  std::atomic<bool> asked_sloppily = false;
  FakeNode node("a", [&](std::string_view, wire::Reader params) -> std::optional<FakeNode::Reply> {
    with_option(params, "sloppy", [&](wire::Reader& value) { asked_sloppily = value.boolean(); });
    return FakeNode::result([](wire::Packer& packer) {
      packer.pack_map(2);
      wire::pack_str(packer, "siblings");
      packer.pack(1);
      wire::pack_str(packer, "stand_ins");
      packer.pack_array(1);
      wire::pack_str(packer, "00000000000000ab");
    });
  });
  api::Client client = open_client({node.address()});
  const auto written = client.put("k", "v", {.sloppy = true});
  REQUIRE(written);
  CHECK(asked_sloppily);
  CHECK(written->stand_ins == std::vector<std::string>{"00000000000000ab"});
}

TEST_CASE("a read whose node hangs up is asked of another node") {
  FakeNode bad("bad", [](auto...) { return FakeNode::hang_up(); });
  FakeNode good("good", echo_key_as_value);
  api::Client client = open_client({bad.address(), good.address()});
  for (int i = 0; i < 20; ++i) CHECK(client.get("k"));
}

TEST_CASE("a write in doubt is repeated under the same request id, and the next one has another") {
  std::set<std::uint64_t> ids;
  std::atomic<int> calls = 0;
  FakeNode node("a", [&](std::string_view method, wire::Reader params) -> std::optional<FakeNode::Reply> {
    ids.insert(request_id_of(params));
    return ++calls < 3 ? FakeNode::error("IN_DOUBT", "some may have it") : one_sibling(method, params);
  });
  api::Client client = open_client({node.address()});
  CHECK(client.put("k", "v"));
  CHECK(calls == 3);
  CHECK(ids.size() == 1);
  CHECK_FALSE(ids.contains(0));
  CHECK(client.put("k", "v"));
  CHECK(ids.size() == 2);
}

TEST_CASE("a remove without a context removes just what it has read, however late an attempt comes") {
  std::vector<std::string> asked;
  FakeNode node("a", [&](std::string_view method, wire::Reader params) -> std::optional<FakeNode::Reply> {
    if (method == "kv.get") {
      asked.emplace_back("kv.get");
      return echo_key_as_value(method, params);
    }
    asked.push_back(std::string(method) + " over " + context_of(params));
    return asked.size() == 2 ? FakeNode::error("IN_DOUBT", "some may have it") : one_sibling(method, params);
  });
  api::Client client = open_client({node.address()});
  CHECK(client.remove("k"));
  CHECK(asked == std::vector<std::string>{"kv.get", "kv.delete over seen", "kv.delete over seen"});
}

TEST_CASE("a remove of what is not there writes nothing") {
  FakeNode node("a", [](std::string_view method, wire::Reader) -> std::optional<FakeNode::Reply> {
    if (method != "kv.get") return FakeNode::error("INVALID", "not asked for");
    return FakeNode::result([](wire::Packer& packer) {
      packer.pack_map(2);
      wire::pack_str(packer, "values");
      packer.pack_array(0);
      wire::pack_str(packer, "context");
      wire::pack_bin(packer, "seen");
    });
  });
  api::Client client = open_client({node.address()});
  const auto removed = client.remove("k");
  REQUIRE(removed);
  CHECK(removed->siblings == 0);
  CHECK(removed->context == "seen");
}

TEST_CASE("a write that was in doubt once stays so when its repetition is refused") {
  std::atomic<int> calls = 0;
  FakeNode node("a", [&](auto...) {
    return ++calls == 1 ? FakeNode::hang_up() : FakeNode::error("BAD_CONTEXT", "of another key");
  });
  api::Client client = open_client({node.address()});
  auto written = client.put("k", "v");
  REQUIRE_FALSE(written);
  CHECK(written.error().outcome == api::Outcome::in_doubt);
  CHECK(calls == 2);
}

TEST_CASE("what the node refuses for good is not asked again") {
  FakeNode node("a", [](auto...) { return FakeNode::error("INVALID", "a key has at most 4096 bytes"); });
  api::Client client = open_client({node.address()});
  auto written = client.put("k", "v");
  REQUIRE_FALSE(written);
  CHECK(written.error().code == Code::invalid);
  CHECK(written.error().outcome == api::Outcome::refused);
  CHECK(written.error().message == "a key has at most 4096 bytes");
  CHECK(node.requests() == 1);
}

TEST_CASE("a node that accepts connections and says nothing is passed over") {
  FakeNode silent("silent", echo_key_as_value);
  silent.fall_silent();
  FakeNode good("good", echo_key_as_value);
  api::Client client = open_client({silent.address(), good.address()});
  auto began = Clock::now();
  CHECK(client.get("k"));
  CHECK(Clock::now() - began < half_the_time);
}

TEST_CASE("a node that falls silent in the middle costs one attempt, not the deadline") {
  FakeNode first("first", [](auto...) -> std::optional<FakeNode::Reply> { return std::nullopt; });
  FakeNode second("second", echo_key_as_value);
  Bytes ring = ring_of({{"first", first.address()}, {"second", second.address()}});
  first.set_ring(ring);
  second.set_ring(ring);
  api::Client client = open_client({first.address(), second.address()}, {.timeout = 60s, .attempt_timeout = 100ms});
  auto began = Clock::now();
  CHECK(client.get("k"));
  CHECK(client.get("k"));
  CHECK(Clock::now() - began < half_the_time);
}

TEST_CASE("a call ends at its deadline: a read refused, a write that was sent in doubt") {
  FakeNode node("a", [](auto...) -> std::optional<FakeNode::Reply> { return std::nullopt; });
  api::Client client = open_client({node.address()});
  auto began = Clock::now();
  auto reading = client.get("k", {.timeout = 1s});
  auto written = client.put("k", "v", {.timeout = 1s});
  CHECK(Clock::now() - began < half_the_time);
  REQUIRE_FALSE(reading);
  CHECK(reading.error().outcome == api::Outcome::refused);
  REQUIRE_FALSE(written);
  CHECK(written.error().outcome == api::Outcome::in_doubt);
}

TEST_CASE("failing fast, a client without any node says so at once") {
  std::string nowhere;
  {
    nowhere = FakeNode("gone", one_sibling).address();
  }
  api::Client client = open_client({nowhere}, {.timeout = 60s, .fail_fast = true});
  auto began = Clock::now();
  auto reading = client.get("k");
  CHECK(Clock::now() - began < half_the_time);
  REQUIRE_FALSE(reading);
  CHECK(reading.error().code == Code::connection_lost);
  CHECK(reading.error().message.find(nowhere) != std::string::npos);
}

TEST_CASE("a thousand calls at once are all answered, each with its own answer") {
  FakeNode node("a", echo_key_as_value);
  api::Client client = open_client({node.address()});
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; ++i) keys.push_back("key " + std::to_string(i));
  auto readings = client.mget(keys);
  REQUIRE(readings.size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    REQUIRE(readings[i]);
    CHECK(readings[i]->values.front() == keys[i]);
  }
}

TEST_CASE("closing the client ends what is under way") {
  FakeNode node("a", [](auto...) -> std::optional<FakeNode::Reply> { return std::nullopt; });
  std::optional<api::Result<api::Written>> ended;
  {
    api::Client client = open_client({node.address()});
    client.put("k", "v", {}, [&](api::Result<api::Written> result) { ended = std::move(result); });
    while (node.requests() == 0) std::this_thread::sleep_for(1ms);
  }
  REQUIRE(ended);
  REQUIRE_FALSE(*ended);
  CHECK(ended->error().outcome == api::Outcome::in_doubt);
}

TEST_CASE("a synchronous call inside a callback is refused instead of waiting for itself") {
  FakeNode node("a", echo_key_as_value);
  api::Client client = open_client({node.address()});
  std::latch done(1);
  std::optional<Code> inner;
  client.get("k", {}, [&](api::Result<api::Reading>) {
    inner = client.get("k").error().code;
    done.count_down();
  });
  done.wait();
  CHECK(inner == Code::invalid);
}

TEST_CASE("an address that is no host:port is refused when the client is opened") {
  for (std::string text : {"", "localhost", "localhost:", ":4701", "localhost:70000", "localhost:x", "::1:4701"})
    CHECK_FALSE(api::Client::open({.nodes = {text}}));
  CHECK(api::Client::open({.nodes = {"[::1]:4701"}}));
  CHECK_FALSE(api::Client::open({}));
}

}  // namespace
}  // namespace starling::client
