#include "sim/settling.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ring/next_assignment.hpp"
#include "sim/rings.hpp"

namespace starling::sim {

namespace {

constexpr Duration look_again = 100ms;
/// A machine that asks to join asks again within that, and what was ordered has begun or is given up.
constexpr Duration rest = 11s;

bool nothing_to_do(const ring::Ring& ring) {
  const std::vector<ring::Member> members(ring.members().begin(), ring.members().end());
  const bool all_active = std::ranges::all_of(
      members, [](const ring::Member& member) { return member.standing == ring::Standing::active; });
  if (!ring.settled() || !all_active) return false;
  const auto next = ring::next_assignment(ring, members);
  return next && *next == ring.parts().present;
}

}  // namespace

std::optional<Violation> Settling::run() {
  moved_ = world_.now();
  bool aborted = false;
  while (!look()) {
    world_.run_for(look_again);
    if (world_.now() < moved_ + patience_) continue;
    if (!newest_) return Violation{"liveness", "nobody has a ring", {}};
    if (!newest_->settled() && world_.now() < moved_ + patience_ + longest_transfer()) continue;
    const std::string why = blocker();
    const std::string state = fmt::format("the ring of epoch {} is {} and gets no further: {}", newest_->epoch().value,
                                          newest_->settled() ? "settled" : "not settled", why);
    if (why.empty()) return Violation{"liveness", state + "nobody says why", {}};
    if (newest_->settled()) break;  // the next change waits for somebody, and says so
    if (std::exchange(aborted, true) || newest_->stage() == ring::Stage::read_new)
      return Violation{"liveness", state, {}};
    abort();
    moved_ = world_.now();
  }
  for (HostIndex host = 0; host < world_.hosts(); ++host)
    if (world_.in_service(host) && !newest_->find(world_.host(host).id())) world_.retire(host);
  return std::nullopt;
}

/// True when the ring has been at rest for long enough.
bool Settling::look() {
  auto ring = newest_ring(world_);
  if (!ring) {
    world_.start_all();
    return false;
  }
  if (!newest_ || ring->epoch() != newest_->epoch()) moved_ = world_.now();
  newest_ = std::move(ring);
  start_whoever_should_run(*newest_);
  if (!at_rest(*newest_))
    resting_since_.reset();
  else if (!resting_since_)
    resting_since_ = world_.now();
  return resting_since_ && world_.now() >= *resting_since_ + rest;
}

/// Who has left and handed over everything stops by itself, and stays so.
void Settling::start_whoever_should_run(const ring::Ring& ring) {
  for (HostIndex host = 0; host < world_.hosts(); ++host) {
    Host& machine = world_.host(host);
    if (!world_.in_service(host) || machine.up()) continue;
    const bool has_left = machine.halted() && !machine.halted()->failed && !ring.find(machine.id());
    if (!has_left) machine.start();
  }
}

bool Settling::at_rest(const ring::Ring& ring) {
  if (!nothing_to_do(ring)) return false;
  const std::set<NodeId> waiting = waiting_to_join(ring);
  for (HostIndex host = 0; host < world_.hosts(); ++host) {
    if (!world_.in_service(host) || !world_.host(host).up()) continue;
    const NodeId node = world_.host(host).id();
    if (ring.find(node)) {
      if (!member_is_well(host, ring)) return false;
    } else if (waiting.contains(node) != ring_at(world_, host).has_value()) {
      // Who has never been a member and asks, is to join. Who has been one asks when it has handed over everything,
      // and then waits for an operator, who does not come.
      return false;
    }
  }
  return true;
}

bool Settling::member_is_well(HostIndex host, const ring::Ring& ring) {
  const auto goes_by = ring_at(world_, host);
  return world_.host(host).ready() && goes_by && goes_by->epoch() == ring.epoch();
}

std::set<NodeId> Settling::waiting_to_join(const ring::Ring& ring) {
  std::set<NodeId> waiting;
  for (HostIndex host = 0; host < world_.hosts(); ++host) {
    if (!world_.host(host).ready() || !ring.find(world_.host(host).id())) continue;
    const auto reply = world_.ask(host, port::StatusRequest{});
    const auto* status = reply ? std::get_if<port::StatusReply>(&*reply) : nullptr;
    if (!status) continue;
    for (const auto& joiner : status->waiting) waiting.insert(joiner.node);
  }
  return waiting;
}

/// Each row lies on the disks of several machines, and that pays for what was fetched before this change, too: a
/// transfer takes first and waits afterwards (transfer/pace.hpp).
Duration Settling::longest_transfer() {
  std::uint64_t bytes = 0;
  for (HostIndex host = 0; host < world_.hosts(); ++host) {
    if (!world_.host(host).up()) continue;
    const auto measured = world_.host(host).disk().look(storage::Measure{});
    if (measured) bytes += std::get<storage::MeasureAnswer>(*measured).bytes;
  }
  return Duration(1s) * (bytes / world_.config().node.transfer.rate);
}

/// What the nodes say about it.
std::string Settling::blocker() {
  std::set<std::string> words;
  for (HostIndex host = 0; host < world_.hosts(); ++host) {
    if (!world_.host(host).ready()) continue;
    const auto reply = world_.ask(host, port::StatusRequest{});
    const auto* status = reply ? std::get_if<port::StatusReply>(&*reply) : nullptr;
    if (!status) continue;
    for (const auto& problem : status->problems)
      if (problem.what.find("the ring") != std::string::npos) words.insert(problem.what);
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

void Settling::abort() {
  for (HostIndex host = 0; host < world_.hosts(); ++host)
    if (world_.host(host).ready()) {
      world_.ask(host, port::ChangeRequest{.kind = port::ChangeRequest::Kind::abort, .nodes = {}, .timeout = {}});
      return;
    }
}

}  // namespace starling::sim
