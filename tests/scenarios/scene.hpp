#pragma once

#include <doctest/doctest.h>

#include "sim/checker.hpp"
#include "sim/clients.hpp"
#include "sim/dump.hpp"
#include "sim/ledger.hpp"
#include "sim/moves.hpp"
#include "sim/world.hpp"

namespace starling::sim {

/// A founded cluster whose every commit is watched, with clients whose every answer is written down.
struct Scene {
  explicit Scene(std::uint64_t seed, std::size_t hosts, Workload workload = {}, EngineKind engine = EngineKind::memory,
                 node::Config node = small_node(), std::size_t spare = 0)
      : world({.seed = seed, .hosts = hosts, .spare = spare, .engine = engine, .node = std::move(node)}),
        clients(world, workload, history) {
    for (std::size_t host = 0; host < hosts; ++host) watch(world.host(host));
    world.start_all();
    REQUIRE(world.found());
  }

  static node::Config small_node() {
    node::Config node;
    node.partitions = 16;
    return node;
  }

  void watch(Host& host) {
    host.disk().on_committed = [this, index = host.index()](const auto& command, const auto& answer) {
      ledger.on_committed(command, answer);
      moves.on_committed(index, command, answer, world.now());
    };
    host.on_started = [this, index = host.index()](const auto& boot) { moves.on_started(index, boot, world.now()); };
    host.on_ring_adopted = [this, index = host.index()] { moves.on_adopted(index, world.now()); };
  }

  bool all_well(Duration within) {
    return world.run_until([&] { return world.all_ready() && world.all_see_all(); }, within);
  }

  /// The operation, and how it went, once it is answered.
  const Op& done(OpId id) {
    REQUIRE(world.run_until([&] { return clients.idle(); }, 30s));
    return history.ops[id];
  }
  const Op& get(std::size_t host, std::size_t key, Op::Strength strength = Op::Strength::majority) {
    return done(clients.get(0, host, key, strength));
  }
  /// Of all replicas, as soon as none of them is recovering.
  const Op& get_of_all(std::size_t host, std::size_t key) {
    for (int second = 0; second < 60; ++second) {
      if (const Op& op = get(host, key, Op::Strength::all); op.outcome == Outcome::done) return op;
      world.run_for(1s);
    }
    FAIL("some replica goes on refusing reads");
    return history.ops.back();
  }
  OpId put(std::size_t host, std::size_t key, Op::Strength strength = Op::Strength::majority) {
    const OpId id = clients.put(0, host, key, strength, true);
    CHECK_MESSAGE(done(id).outcome == Op::Outcome::done, history.ops[id].words);
    return id;
  }

  /// What clients were told.
  void check_promises() { check_with({.losses = world.losses()}); }

  /// Also what every replica holds, once each key was read and written everywhere.
  void check_replicas(std::size_t keys) {
    for (std::size_t key = 0; key < keys; ++key) {
      CHECK(get(0, key, Op::Strength::all).outcome == Outcome::done);
      CHECK(done(clients.put(0, 0, key, Op::Strength::all, false)).outcome == Outcome::done);
    }
    Dump all = dump(world, keys);
    for (const auto& violation : all.violations) FAIL_CHECK(violation.rule << ": " << violation.what);
    check_with({.losses = world.losses(), .holdings = std::move(all.holdings)});
  }

  void check_with(const Ending& ending) {
    for (const auto& violation : violations(ending)) FAIL_CHECK(violation.rule << ": " << violation.what);
  }
  std::vector<Violation> violations(Ending ending) {
    std::size_t keys = 0;
    for (const Op& op : history.ops) keys = std::max(keys, op.key + 1);
    ending.moves = moves.moves(keys, world.losses());
    auto found = check(history, ending);
    found.insert(found.end(), ledger.violations().begin(), ledger.violations().end());
    return found;
  }

  World world;
  History history;
  Ledger ledger{world.losses()};
  MoveWatch moves;
  Clients clients;
};

}  // namespace starling::sim
