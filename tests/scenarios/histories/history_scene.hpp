#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <memory>
#include <set>

#include "../scene.hpp"
#include "sim/rings.hpp"

namespace starling::sim {

/// Five nodes and one partition, which three of them own, so that whatever happens happens to it; or another
/// small cluster. Replicas do not heal by themselves unless the history is about that.
struct HistoryScene : Scene {
  using Kind = port::ChangeRequest::Kind;

  explicit HistoryScene(std::uint64_t seed, std::size_t hosts = 5, node::Config node = unhealing_node(),
                        Workload workload = {.keys = 1}, std::size_t spare = 0)
      : Scene(seed, hosts, workload, EngineKind::memory, std::move(node), spare) {
    const auto list = replicas_of(world, 0);
    for (const NodeId id : list)
      for (HostIndex host = 0; host < hosts; ++host)
        if (world.host(host).id() == id) owners.push_back(host);
    for (HostIndex host = 0; host < hosts; ++host)
      if (std::ranges::find(owners, host) == owners.end()) others.push_back(host);
  }

  static node::Config unhealing_node() {
    node::Config node;
    node.partitions = 1;
    node.handoff_period = 1h;
    node.repair.interval = 1h;
    node.repair.settle = 1h;
    return node;
  }

  void order(HostIndex at, Kind kind, const std::vector<HostIndex>& hosts) {
    port::ChangeRequest request{.kind = kind, .nodes = {}, .timeout = 20s};
    for (const HostIndex host : hosts) {
      const Address address = world.host(host).peer();
      request.nodes.push_back({.words = to_string(address), .address = address});
    }
    world.host(at).ask(std::move(request), [](const auto&) {});
  }

  /// Nothing passes between these and the others.
  void part(const std::set<HostIndex>& side) {
    for (const HostIndex a : side)
      for (HostIndex b = 0; b < world.hosts(); ++b)
        if (!side.contains(b)) world.cut(a, b);
  }
  /// Between this one and those everything waits.
  void clog(HostIndex a, std::initializer_list<HostIndex> those) {
    for (const HostIndex b : those) {
      world.network().links().clog(a, b);
      world.network().links().clog(b, a);
    }
  }

  /// Each time that this disk has committed such a command, before anybody hears of it.
  template <class Command>
  void on_commit(HostIndex host, std::function<void(const Command&)> act) {
    Disk& disk = world.host(host).disk();
    disk.on_committed = [before = disk.on_committed, act = std::move(act)](const auto& command, const auto& answer) {
      before(command, answer);
      if (const auto* wanted = std::get_if<Command>(&command); wanted && answer) act(*wanted);
    };
  }

  /// One that is gone misses a write to each key, and while it is away partitions move to a newcomer.
  void move_behind(HostIndex gone, HostIndex newcomer, std::size_t keys) {
    world.host(gone).kill();
    for (std::size_t key = 0; key < keys; ++key) put(0, key);
    world.put_to_use(newcomer);
    world.run_for(10s);
    order(0, Kind::join, {newcomer});
    const auto changed = [&] {
      const auto ring = ring_at(world, 0);
      return ring && ring->settled() && ring->epoch().value > 1;
    };
    REQUIRE(world.run_until(changed, 30s));
  }

  /// As run_until(), and looks more often than anything can happen.
  bool watch_for(const std::function<bool()>& condition, Duration at_most) {
    const Instant end = world.now() + at_most;
    while (!condition()) {
      if (world.now() >= end) return false;
      world.run_for(50us);
    }
    return true;
  }
  bool goes_by(HostIndex host, ring::Stage stage) {
    const auto ring = ring_at(world, host);
    return ring && ring->stage() == stage;
  }

  /// Whether it succeeds or not.
  OpId try_put(HostIndex host, Op::Strength strength = Op::Strength::majority) {
    const OpId id = clients.put(0, host, 0, strength, true);
    done(id);
    return id;
  }

  /// By what clients were told, and what all hold in the end where that is asked for.
  std::vector<Violation> verdict() { return violations({.losses = world.losses()}); }
  std::vector<Violation> verdict_with_replicas(std::size_t keys) {
    Dump all = dump(world, keys);
    auto found =
        violations({.losses = world.losses(), .holdings = std::move(all.holdings), .owings = std::move(all.owings)});
    found.insert(found.end(), all.violations.begin(), all.violations.end());
    return found;
  }

  std::vector<HostIndex> owners;  ///< of the first key, in the order of its list
  std::vector<HostIndex> others;
};

}  // namespace starling::sim
