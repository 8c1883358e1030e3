#include "ring/plan.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "ring/layout.hpp"

namespace starling::ring {

namespace {

/// Any constant will do, as long as it stays: the same set must give the same plan for ever.
constexpr std::uint64_t mixing_seed = 1;

}  // namespace

Result<std::vector<PreferenceList>> plan(std::vector<Member> members, std::uint32_t partitions,
                                         std::uint32_t replicas) {
  if (partitions == 0 || partitions > partitions_max)
    return fail(ErrorCode::invalid, fmt::format("a ring has 1 to {} partitions, not {}", partitions_max, partitions));
  if (replicas == 0 || replicas > replicas_max)
    return fail(ErrorCode::invalid, fmt::format("a ring keeps 1 to {} replicas, not {}", replicas_max, replicas));
  auto checked = checked_members(std::move(members));
  if (!checked) return std::unexpected(checked.error());

  std::vector<Member>& sorted = *checked;
  std::ranges::sort(sorted, {}, [](const Member& member) { return std::tie(member.zone, member.id); });
  const std::vector<Zone> zones = zones_of(sorted);
  const auto length = static_cast<std::uint32_t>(std::min<std::size_t>(replicas, sorted.size()));
  const std::vector<std::uint32_t> loads = fair_loads(sorted, zones, partitions, length);
  Lists lists = lay_out(loads, partitions);
  Random random(mixing_seed);
  mix(lists, zones, loads, random);
  balance_places(lists, sorted.size());

  std::vector<PreferenceList> assignment;
  assignment.reserve(partitions);
  for (const auto& list : lists) {
    PreferenceList& owners = assignment.emplace_back();
    for (const std::uint32_t member : list) owners.push_back(sorted[member].id);
  }
  return assignment;
}

}  // namespace starling::ring
