#include "membership/members.hpp"

#include <algorithm>

#include "membership/config.hpp"
#include "membership/precedence.hpp"

namespace starling::membership {

namespace {

using wire::MemberState;
using wire::MemberUpdate;

void keep_if(bool wanted, std::vector<NodeId>& sorted, NodeId node) {
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), node);
  const bool there = at != sorted.end() && *at == node;
  if (wanted && !there) sorted.insert(at, node);
  if (!wanted && there) sorted.erase(at);
}

bool same_description(const MemberUpdate& a, const MemberUpdate& b) {
  return a.name == b.name && a.zone == b.zone && a.weight == b.weight && a.client == b.client;
}

}  // namespace

bool Members::Change::was_live() const { return before && membership::is_live(*before); }
bool Members::Change::is_live() const { return membership::is_live(after); }
bool Members::Change::is_durable() const {
  return changed && (!before || rebooted || moved || described || (before != after && !(was_live() && is_live())));
}

Members::Change Members::merge(const MemberUpdate& said) {
  const auto at = all_.find(said.node);
  if (at == all_.end()) {
    if (all_.size() >= members_max) return {};
    all_.emplace(said.node, canonical(said));
    index(said.node, std::nullopt, said.state);
    return {.before = {},
            .after = said.state,
            .changed = true,
            .is_fresh = true,
            .moved = bool(said.peer),
            .described = true};
  }
  MemberUpdate& held = at->second;
  const MemberUpdate before = held;
  if (!membership::merge(held, said)) return {.before = held.state, .after = held.state};
  index(said.node, before.state, held.state);
  return {.before = before.state,
          .after = held.state,
          .changed = true,
          .is_fresh = held.generation != before.generation || held.nonce != before.nonce ||
                      held.incarnation != before.incarnation,
          .rebooted = held.generation != before.generation,
          .moved = held.peer && held.peer != before.peer,
          .described = !same_description(held, before)};
}

void Members::index(NodeId node, std::optional<MemberState> before, MemberState after) {
  if (before == after) return;
  keep_if(membership::is_live(after), live_, node);
  keep_if(after == MemberState::dead, dead_, node);
}

const MemberUpdate* Members::find(NodeId node) const {
  const auto at = all_.find(node);
  return at == all_.end() ? nullptr : &at->second;
}

bool Members::is_live(NodeId node) const {
  const auto* member = find(node);
  return member && membership::is_live(member->state);
}

std::vector<NodeId> Members::choose_live(std::size_t count, Random& random, std::span<const NodeId> excluded) const {
  std::vector<NodeId> pool;
  pool.reserve(live_.size());
  for (const NodeId node : live_)
    if (std::find(excluded.begin(), excluded.end(), node) == excluded.end()) pool.push_back(node);
  const std::size_t chosen = std::min(count, pool.size());
  for (std::size_t i = 0; i < chosen; ++i) std::swap(pool[i], pool[i + random.below(pool.size() - i)]);
  pool.resize(chosen);
  return pool;
}

}  // namespace starling::membership
