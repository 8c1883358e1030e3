#include <algorithm>
#include <map>

#include "ring/lineage.hpp"
#include "scene.hpp"
#include "sim/rings.hpp"
#include "sim/settling.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

using Kind = port::ChangeRequest::Kind;

constexpr std::size_t keys = 40;

/// A cluster that loses members for good, and an operator who lets the others go on by force.
struct Disaster : Scene {
  Disaster(std::uint64_t seed, std::size_t hosts)
      : Scene(seed, hosts, {.clients = 1, .keys = keys}, EngineKind::memory, quick_node()) {}

  static node::Config quick_node() {
    node::Config node = small_node();
    node.repair.interval = 10s;
    node.repair.settle = 1s;
    return node;
  }

  void lose(const std::set<HostIndex>& hosts) {
    for (const HostIndex host : hosts) {
      world.retire(host);
      world.note({.host = host, .until = world.now(), .shows = world.now()});
    }
    world.run_for(10s);
  }

  port::ClientReply ask(HostIndex at, const std::set<HostIndex>& gone, bool dry_run) {
    std::vector<port::NodeName> nodes;
    for (const HostIndex host : gone) {
      const Address address = World::address_of(host);
      nodes.push_back({.words = to_string(address), .address = address});
    }
    auto reply = world.ask(
        at, port::ChangeRequest{
                .kind = Kind::remove, .nodes = std::move(nodes), .dry_run = dry_run, .force = true, .timeout = {}});
    REQUIRE(reply);
    return *std::move(reply);
  }
  std::string refusal(HostIndex at, const std::set<HostIndex>& gone) {
    const auto reply = ask(at, gone, false);
    const auto* failure = std::get_if<port::Failure>(&reply);
    return failure ? failure->error.message : "";
  }
  std::string price(HostIndex at, const std::set<HostIndex>& gone) {
    const auto reply = ask(at, gone, true);
    REQUIRE(std::holds_alternative<port::ChangeReply>(reply));
    return std::get<port::ChangeReply>(reply).may_be_lost;
  }
  void force(HostIndex at, const std::set<HostIndex>& gone) {
    const std::string refused = refusal(at, gone);
    REQUIRE_MESSAGE(refused.empty(), refused);
  }

  void settle() {
    const auto violation = Settling(world, 60s).run();
    REQUIRE_MESSAGE(!violation, violation->what);
  }
  ring::Ring ring() { return *newest_ring(world); }
  std::set<HostIndex> members() {
    std::set<HostIndex> members;
    for (HostIndex host = 0; host < world.hosts(); ++host)
      if (ring().find(world.host(host).id())) members.insert(host);
    return members;
  }

  /// Every key, at all of its replicas.
  std::map<std::size_t, OpId> put_all(HostIndex host) {
    std::map<std::size_t, OpId> puts;
    for (std::size_t key = 0; key < keys; ++key) puts[key] = put(host, key, Op::Strength::all);
    return puts;
  }
};

bool mentions(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("of five members three are gone for good: the others go on by force, and the old ones are fenced") {
  Disaster scene(1, 5);
  const auto before = scene.put_all(0);
  const ring::Ring old = scene.ring();
  scene.lose({2, 3, 4});
  CHECK(mentions(scene.refusal(0, {2, 3}), "is not named and cannot be reached"));
  CHECK(mentions(scene.refusal(0, {1, 2, 3, 4}), "can be reached: it is not gone"));
  CHECK(mentions(scene.price(1, {2, 3, 4}), "of 16 partitions have no replica left"));
  CHECK(scene.ring().epoch() == old.epoch());
  scene.force(1, {2, 3, 4});
  scene.settle();
  CHECK(scene.members() == std::set<HostIndex>{0, 1});
  CHECK(ring::lineage_of(scene.ring().epoch()) == 1);

  std::size_t lost = 0;
  const auto has_survivor = [&](std::size_t key) {
    const auto name = *ring::Key::make("", History::key_name(key));
    return std::ranges::any_of(old.preference_list(old.partition_of(name.token)), [&](NodeId owner) {
      return owner == scene.world.host(0).id() || owner == scene.world.host(1).id();
    });
  };
  for (const auto& [key, put] : before) {
    const bool kept = scene.get_of_all(key % 2, key).values.contains(put);
    CHECK(kept == has_survivor(key));
    lost += kept ? 0 : 1;
  }
  CHECK(lost > 0);
  CHECK(lost < keys / 2);
  const auto after = scene.put_all(1);

  for (const HostIndex host : {2, 3, 4}) scene.world.put_to_use(host);
  scene.world.run_for(60s);
  for (const HostIndex host : {2, 3, 4}) CHECK_FALSE(scene.world.host(host).ready());
  CHECK(scene.members() == std::set<HostIndex>{0, 1});
  scene.settle();
  for (const auto& [key, put] : after) {
    const auto& values = scene.get_of_all(0, key).values;
    CHECK(values.contains(put));
    // Written blindly, so that it stays beside: what nobody else had, those who came back have handed over.
    CHECK(values == std::set{before.at(key), put});
  }
  scene.check_replicas(keys);
}

TEST_CASE(
    "no read misses what a majority had acknowledged while enough of it is left, and no promise is broken later") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Disaster scene(seed, 6);
    std::map<std::size_t, OpId> puts;
    for (std::size_t key = 0; key < keys; ++key) puts[key] = scene.put(key % 6, key);
    const ring::Ring old = scene.ring();
    scene.lose({3, 4, 5});
    scene.force(0, {3, 4, 5});
    scene.settle();
    for (std::size_t key = 0; key < keys; ++key) {
      const auto name = *ring::Key::make("", History::key_name(key));
      const auto list = old.preference_list(old.partition_of(name.token));
      const auto left = std::ranges::count_if(list, [&](NodeId owner) { return scene.ring().find(owner) != nullptr; });
      const bool shown = scene.get_of_all(key % 3, key).values.contains(puts[key]);
      if (left >= 2) CHECK(shown);
      if (left == 0) CHECK_FALSE(shown);
    }
    const auto after = scene.put_all(2);
    for (const auto& [key, put] : after) CHECK(scene.get(0, key).values.contains(put));
  }
}

TEST_CASE("whoever has agreed and missed the new ring hears of it later") {
  Disaster scene(7, 5);
  scene.put_all(0);
  scene.lose({2, 3, 4});
  bool answered = false;
  scene.world.host(0).ask(
      port::ChangeRequest{
          .kind = Kind::remove,
          .nodes = {{.words = "n2", .address = {}}, {.words = "n3", .address = {}}, {.words = "n4", .address = {}}},
          .force = true,
          .timeout = {}},
      [&](const auto& reply) { answered = reply.has_value(); });
  REQUIRE(scene.world.run_until([&] { return answered; }, 10s));
  scene.world.host(1).kill();
  scene.world.run_for(5s);
  scene.world.host(1).start();
  scene.settle();
  CHECK(scene.members() == std::set<HostIndex>{0, 1});
  CHECK(ring_at(scene.world, 1)->epoch() == scene.ring().epoch());
  scene.check_replicas(keys);
}

TEST_CASE("two halves that each take the other for gone become two clusters, which never merge and say so") {
  Disaster scene(3, 4);
  scene.put_all(0);
  for (const HostIndex here : {0, 1})
    for (const HostIndex there : {2, 3}) scene.world.cut(here, there);
  scene.world.run_for(20s);
  scene.force(0, {2, 3});
  scene.force(2, {0, 1});
  scene.world.run_for(5s);
  scene.world.heal();
  scene.world.run_for(30s);
  for (const HostIndex host : {0, 1, 2, 3}) {
    const ring::Ring ring = *ring_at(scene.world, host);
    CHECK(ring.members().size() == 2);
    CHECK(ring.find(scene.world.host(host).id()));
  }
  CHECK_FALSE(ring::descends(*ring_at(scene.world, 0), *ring_at(scene.world, 2)));
  CHECK(scene.world.host(0).noticed(port::NoticeKind::lineage_refused) > 0);
  CHECK(scene.world.host(2).noticed(port::NoticeKind::lineage_refused) > 0);
  const auto status = scene.world.ask(3, port::StatusRequest{});
  REQUIRE(status);
  const auto& problems = std::get<port::StatusReply>(*status).problems;
  CHECK(std::ranges::any_of(problems,
                            [](const auto& one) { return mentions(one.what, "begun by force apart from ours"); }));
}
