#include "ring/balance.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace starling::ring {

std::map<NodeId, std::uint32_t> loads_of(const Assignment& assignment) {
  std::map<NodeId, std::uint32_t> loads;
  for (const PreferenceList& list : assignment)
    for (const NodeId owner : list) ++loads[owner];
  return loads;
}

std::size_t zones_spanned(const Assignment& assignment, std::span<const Member> members) {
  std::map<NodeId, std::string_view> zone_of;
  for (const Member& member : members) zone_of[member.id] = member.zone;
  std::size_t least = members.size();
  for (const PreferenceList& list : assignment) {
    std::set<std::string_view> zones;
    for (const NodeId owner : list) zones.insert(zone_of.at(owner));
    least = std::min(least, zones.size());
  }
  return least;
}

}  // namespace starling::ring
