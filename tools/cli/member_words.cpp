#include "cli/member_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling::cli {
namespace {

Json json_member(const api::Member& member) {
  Json json{{"id", member.id},
            {"name", member.name},
            {"zone", member.zone},
            {"state", member.state},
            {"peer", member.peer_address},
            {"client", member.client_address},
            {"generation", member.generation},
            {"incarnation", member.incarnation},
            {"weight", member.weight},
            {"in_ring", member.in_ring},
            {"self", member.self}};
  if (!member.standing.empty()) json["standing"] = member.standing;
  return json;
}

void count(const std::vector<std::uint32_t>& list, std::vector<std::uint32_t>& loads) {
  for (const std::uint32_t member : list)
    if (member < loads.size()) ++loads[member];
}

}  // namespace

std::string name_of(const std::vector<api::Member>& members, const std::string& id) {
  const auto member = std::ranges::find(members, id, &api::Member::id);
  return member == members.end() || member->name.empty() ? id : member->name;
}

std::string names_of(const std::vector<api::Member>& members, const std::vector<std::string>& ids) {
  std::string names;
  for (const std::string& id : ids) names += (names.empty() ? "" : ", ") + name_of(members, id);
  return names;
}

Json json_members(const std::vector<api::Member>& members) {
  Json array = Json::array();
  for (const api::Member& member : members) array.push_back(json_member(member));
  return array;
}

Loads::Loads(const api::RingInfo& ring) : present(ring.members.size()), next(ring.members.size()) {
  std::vector<bool> moves(ring.assignment.size());
  for (const auto& moving : ring.moving) {
    if (moving.partition < moves.size()) moves[moving.partition] = true;
    count(moving.present, present);
    count(moving.next, next);
  }
  for (std::size_t p = 0; p < moves.size(); ++p) {
    if (moves[p]) continue;
    count(ring.assignment[p], present);
    count(ring.assignment[p], next);
  }
}

std::string Loads::in_words(std::size_t member) const {
  if (present[member] == next[member]) return fmt::to_string(present[member]);
  return fmt::format("{} → {}", present[member], next[member]);
}

}  // namespace starling::cli
