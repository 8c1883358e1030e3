#include "ring/member.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace starling::ring {

Result<std::vector<Member>> checked_members(std::vector<Member> members) {
  if (members.empty() || members.size() > members_max)
    return fail(ErrorCode::invalid, fmt::format("a ring has 1 to {} members, not {}", members_max, members.size()));
  std::ranges::sort(members, {}, &Member::id);
  for (const Member& member : members) {
    if (!member.id) return fail(ErrorCode::invalid, "a member of a ring needs an id");
    if (member.weight == 0 || member.weight > weight_max)
      return fail(ErrorCode::invalid, fmt::format("node {} has weight {}: 1 to {} is allowed", to_string(member.id),
                                                  member.weight, weight_max));
    if (member.zone.size() > zone_bytes_max)
      return fail(ErrorCode::invalid, fmt::format("node {} has a zone of {} bytes: at most {} are allowed",
                                                  to_string(member.id), member.zone.size(), zone_bytes_max));
  }
  const auto twice = std::ranges::adjacent_find(members, {}, &Member::id);
  if (twice != members.end())
    return fail(ErrorCode::invalid, fmt::format("node {} is named twice", to_string(twice->id)));
  return members;
}

}  // namespace starling::ring
