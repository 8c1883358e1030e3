#include "sim/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sim/settling.hpp"

namespace starling::sim {

namespace {

/// Looking at every disk costs more than the simulation of what happens there.
constexpr Duration look_again = 100ms;
constexpr Duration ask_again = 100ms;

}  // namespace

Recovery::Recovery(World& world, Clients& clients, const History& history, const RecoveryConfig& config)
    : world_(world), clients_(clients), history_(history), config_(config) {}

Dump Recovery::run() {
  if (config_.ring_changes && !settle()) return {};
  if (!find_each_other()) return {};
  if (config_.convergence != Convergence::by_itself && !read_everything()) return {};
  // Where they do not converge, the difference is what has to be told: no write must hide it.
  if (converge()) {
    if (!write_everything()) return {};
    converge();
  }
  const auto at_rest = [&] { return all_run() && nobody_waits(); };
  if (!demand(world_.run_until(at_rest, config_.within), "not ready:" + names_of_unready())) return {};
  return dump(world_, config_.keys);
}

bool Recovery::settle() {
  auto violation = Settling(world_, config_.within).run();
  if (violation) violations_.push_back(*std::move(violation));
  return violations_.empty();
}

bool Recovery::find_each_other() {
  const bool found = world_.run_until([&] { return all_run() && world_.all_see_all(); }, config_.within);
  if (!found)
    return demand(false, all_run() ? "not all nodes see all others alive" : "not ready:" + names_of_unready());
  return demand(world_.run_until([&] { return nobody_waits(); }, config_.within), "a client was never answered");
}

bool Recovery::read_everything() {
  for (std::size_t key = 0; key < config_.keys; ++key) {
    const auto strength = strongest(key);
    if (!insist([&](HostIndex host) { return clients_.get(config_.client, host, key, strength); })) return false;
  }
  return true;
}

/// What is wrong with trees is told from here too: the writes that come next take all tombstones away.
bool Recovery::converge() {
  const Instant end = world_.now() + config_.within;
  for (;; world_.run_for(look_again)) {
    const bool all = all_run();
    const Dump found = all ? dump(world_, config_.keys) : Dump{};
    if (all && converged(found)) {
      std::ranges::copy_if(found.violations, std::back_inserter(violations_),
                           [](const Violation& violation) { return violation.rule == "trees"; });
      return true;
    }
    if (world_.now() >= end) return false;
  }
}

bool Recovery::write_everything() {
  for (std::size_t key = 0; key < config_.keys; ++key) {
    const auto strength = strongest(key);
    const bool works =
        insist([&](HostIndex host) { return clients_.get(config_.client, host, key, strength); }) &&
        insist([&](HostIndex host) { return clients_.put(config_.client, host, key, strength, false); }) &&
        insist([&](HostIndex host) { return clients_.get(config_.client, host, key, strength); });
    if (!works) return false;
  }
  return true;
}

Op::Strength Recovery::strongest(std::size_t key) {
  const auto is_there = [&](NodeId node) {
    for (HostIndex host = 0; host < world_.hosts(); ++host)
      if (world_.in_service(host) && world_.host(host).id() == node) return true;
    return false;
  };
  return std::ranges::all_of(replicas_of(world_, key), is_there) ? Op::Strength::all : Op::Strength::majority;
}

/// Connections may still be on their way back, so a client that is refused tries again, elsewhere.
bool Recovery::insist(const std::function<OpId(HostIndex)>& operation) {
  const Instant end = world_.now() + config_.within;
  for (HostIndex host = 0;; host = (host + 1) % world_.hosts()) {
    if (!world_.in_service(host)) continue;
    all_run();
    const OpId id = operation(host);
    const bool answered = world_.run_until([&] { return clients_.idle(); }, config_.within);
    const Op& op = history_.ops[id];
    if (answered && op.outcome == Outcome::done) return true;
    if (!demand(
            answered && world_.now() < end,
            fmt::format("long after everything was put right, #{} on key {} still fails: {}", id, op.key, op.words)))
      return false;
    world_.run_for(ask_again);
  }
}

/// Whoever stops is started again, as a service manager would: one that was asked to stop while it
/// was frozen stops only when it is thawed, and one whose copy is gone may hear of that copy only now.
bool Recovery::all_run() {
  world_.start_all();
  return world_.all_ready();
}

bool Recovery::nobody_waits() {
  for (HostIndex host = 0; host < world_.hosts(); ++host)
    if (world_.host(host).owes() > 0) return false;
  return clients_.idle();
}

bool Recovery::demand(bool condition, std::string what) {
  if (!condition) violations_.push_back({"liveness", std::move(what), {}});
  return condition;
}

std::string Recovery::names_of_unready() {
  std::string names;
  for (HostIndex i = 0; i < world_.hosts(); ++i) {
    const Host& host = world_.host(i);
    if (host.ready() || !world_.in_service(i)) continue;
    names += fmt::format(" n{}", i);
    if (host.halted()) names += fmt::format(" ({})", host.halted()->why);
  }
  return names;
}

}  // namespace starling::sim
