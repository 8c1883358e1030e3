#include "membership/outreach.hpp"

#include <algorithm>

#include "base/planted.hpp"

namespace starling::membership {

namespace {

constexpr std::uint64_t tries_per_period = 2;

}  // namespace

std::optional<Outreach::Contact> Outreach::take_turn(const Members& members, Address ourselves, Instant now) {
  next_ = now + period_;
  const auto pool = missed(members, ourselves);
  if (pool.empty()) return std::nullopt;
  const std::uint64_t triers = members.live().size() + 1;
  if (!random_.chance(std::min(tries_per_period * pool.size(), triers), triers)) return std::nullopt;
  return pool[random_.below(pool.size())];
}

std::optional<Outreach::Contact> Outreach::choose(const Members& members, Address ourselves) {
  const auto pool = missed(members, ourselves);
  if (pool.empty()) return std::nullopt;
  return pool[random_.below(pool.size())];
}

std::vector<Outreach::Contact> Outreach::missed(const Members& members, Address ourselves) const {
  std::vector<Contact> pool;
  for (const NodeId node : members.dead())
    if (const Address address = members.find(node)->peer; address && !planted(Bug::dead_forgotten))
      pool.push_back({address, node});
  for (const Address seed : seeds_) {
    const bool is_there = seed == ourselves || std::any_of(members.live().begin(), members.live().end(),
                                                           [&](NodeId n) { return members.find(n)->peer == seed; });
    const bool is_dead = std::any_of(pool.begin(), pool.end(), [&](const Contact& c) { return c.address == seed; });
    if (!is_there && !is_dead) pool.push_back({seed, {}});
  }
  return pool;
}

}  // namespace starling::membership
