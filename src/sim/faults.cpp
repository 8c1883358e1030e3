#include "sim/faults.hpp"

#include <map>
#include <utility>

#include "sim/fault_kinds.hpp"
#include "sim/orders.hpp"

namespace starling::sim {

namespace {

using Drawer = Fault (*)(const Draw&);

constexpr std::pair<FaultKind, Drawer> drawers[] = {
    {FaultKind::delay, delay},
    {FaultKind::loss, loss},
    {FaultKind::duplication, duplication},
    {FaultKind::reordering, reordering},
    {FaultKind::corruption, corruption},
    {FaultKind::clogged_link, clogged_link},
    {FaultKind::slow_link, slow_link},
    {FaultKind::partition, partition},
    {FaultKind::isolation, isolation},
    {FaultKind::one_way_partition, one_way_partition},
    {FaultKind::broken_connections, broken_connections},
    {FaultKind::slow_disk, slow_disk},
    {FaultKind::stalled_disk, stalled_disk},
    {FaultKind::failing_disk, failing_disk},
    {FaultKind::full_disk, full_disk},
    {FaultKind::unreadable_disk, unreadable_disk},
    {FaultKind::kill, kill},
    {FaultKind::restart, restart},
    {FaultKind::blackout, blackout},
    {FaultKind::freeze, freeze},
    {FaultKind::move, move},
    {FaultKind::wipe, wipe},
    {FaultKind::restore, restore},
    {FaultKind::clone, clone},
    {FaultKind::drift, drift},
    {FaultKind::wall_jump, wall_jump},
};
constexpr std::pair<FaultKind, Drawer> order_drawers[] = {
    {FaultKind::join, join},
    {FaultKind::leave, leave},
    {FaultKind::remove, remove},
    {FaultKind::replace, replace},
    {FaultKind::abort_change, abort_change},
    {FaultKind::ambush, ambush},
};
static_assert(std::size(drawers) + std::size(order_drawers) == fault_kinds);

/// What a machine has acknowledged goes.
bool forgets(FaultKind kind) {
  return kind == FaultKind::wipe || kind == FaultKind::restore || kind == FaultKind::clone || kind == FaultKind::remove;
}

bool lets_leave(FaultKind kind) {
  return kind == FaultKind::leave || kind == FaultKind::remove || kind == FaultKind::replace;
}

/// Most are short, so that much happens; some last for most of the run.
void draw_times(Draw& draw, Instant from, Duration length) {
  draw.begins = from + draw.up_to(length);
  draw.ends = draw.begins + draw.up_to(draw.random.chance(1, 3) ? length : length / 5);
}

/// Machines that all moved while they could not talk find each other only through whoever knows where they are.
void tell_who_moved(World& world) {
  std::vector<Address> addresses;
  bool moved = false;
  for (HostIndex host = 0; host < world.hosts(); ++host) {
    if (world.in_service(host)) addresses.push_back(world.host(host).peer());
    moved |= world.host(host).peer() != World::address_of(host);
  }
  if (!moved) return;
  for (HostIndex host = 0; host < world.hosts(); ++host) world.host(host).resolve_seeds(addresses);
}

}  // namespace

std::vector<Fault> draw_faults(Random& random, const Terrain& terrain, Instant from, Duration length) {
  Draw draw{.random = random,
            .hosts = terrain.hosts,
            .spare = terrain.spare,
            .forgetful = terrain.forgetful,
            .reserves = terrain.reserves,
            .leavers = terrain.leavers};
  // Half of the kinds in some seeds, one or two in others: some failures take many faults, some only show without.
  const std::uint64_t one_in = 2ULL << random.below(4);
  std::multimap<Instant, Fault> faults;
  const auto add = [&](FaultKind kind, Drawer drawer) {
    for (std::uint32_t times = draw.up_to(4U); times > 0; --times) {
      draw_times(draw, from, length);
      draw.host = random.below(terrain.hosts);
      if (!terrain.reserves.empty() && random.chance(1, 5))
        draw.host = terrain.reserves[random.below(terrain.reserves.size())];
      Fault fault = drawer(draw);
      fault.kind = kind;
      fault.begins = draw.begins;
      fault.ends = draw.ends;
      faults.emplace(draw.begins, std::move(fault));
    }
  };
  for (const auto& [kind, drawer] : drawers)
    if (random.chance(1, one_in) && !(forgets(kind) && terrain.hosts < can_miss_one)) add(kind, drawer);
  for (const auto& [kind, drawer] : order_drawers)
    if (!terrain.reserves.empty() && random.chance(1, 2) && !(lets_leave(kind) && terrain.leavers.empty()))
      add(kind, drawer);
  std::vector<Fault> in_order;
  for (auto& [begins, fault] : faults) in_order.push_back(std::move(fault));
  return in_order;
}

void end_faults(World& world) {
  world.network().weather() = Weather{};
  for (HostIndex host = 0; host < world.hosts(); ++host) {
    world.host(host).disk().speed() = DiskSpeed{};
    world.host(host).disk().ail(Ailment::none);
    world.host(host).disk().stall(0s);
    world.host(host).clock().mend();
  }
  world.heal();
  tell_who_moved(world);
}

}  // namespace starling::sim
