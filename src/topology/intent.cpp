#include "topology/intent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ring/change.hpp"
#include "ring/next_assignment.hpp"

namespace starling::topology {

namespace {

/// More than any series of changes takes: one for each place of a list, and some for members that leave together.
constexpr std::uint32_t changes_max = 64;

/// Whoever has missed a ring hears of a change first when that has come further.
ring::Ring finished(const ring::Ring& changing) {
  switch (changing.stage()) {
    case ring::Stage::settled: break;
    case ring::Stage::read_old: return ring::settle(ring::read_from_new(changing));
    case ring::Stage::read_new: return ring::settle(changing);
  }
  return changing;
}

Result<std::vector<ring::Member>> members_after(const ring::Ring& ring, const Intent& intent) {
  std::vector<ring::Member> members(ring.members().begin(), ring.members().end());
  for (const ring::Member& newcomer : intent.come) {
    if (ring.find(newcomer.id)) return fail(ErrorCode::invalid, "that node is a member already");
    members.push_back(newcomer);
    members.back().standing = ring::Standing::joining;
  }
  for (const NodeId leaver : intent.go) {
    const auto member = std::ranges::find(members, leaver, &ring::Member::id);
    if (member == members.end()) return fail(ErrorCode::invalid, "that node is no member");
    member->standing = ring::Standing::leaving;
  }
  const auto stays = [](const ring::Member& member) { return member.standing != ring::Standing::leaving; };
  if (std::ranges::none_of(members, stays))
    return fail(ErrorCode::invalid, "that would leave no member: the last one keeps what there is");
  return members;
}

}  // namespace

Result<ring::Ring> begin(const ring::Ring& settled, const Intent& intent) {
  auto members = members_after(settled, intent);
  if (!members) return std::unexpected(std::move(members.error()));
  auto next = intent.swap ? ring::replace_member(settled, intent.go.front(), intent.come.front().id)
                          : ring::next_assignment(settled, *members);
  if (!next) return std::unexpected(std::move(next.error()));
  return ring::begin_change(settled, *std::move(members), *next);
}

std::optional<ring::Ring> rebalance(const ring::Ring& settled) {
  const std::vector<ring::Member> members(settled.members().begin(), settled.members().end());
  const auto next = ring::next_assignment(settled, members);
  if (!next || *next == settled.parts().present) return std::nullopt;
  auto begun = ring::begin_change(settled, members, *next);
  return begun ? std::optional(*std::move(begun)) : std::nullopt;
}

bool fulfils(const ring::Ring& ring, const Intent& intent) {
  const auto has_come = [&](const ring::Member& member) { return ring.find(member.id) != nullptr; };
  const auto has_gone = [&](NodeId node) {
    const ring::Member* member = ring.find(node);
    return member == nullptr || member->standing == ring::Standing::leaving;
  };
  return std::ranges::all_of(intent.come, has_come) && std::ranges::all_of(intent.go, has_gone);
}

Forecast forecast(const ring::Ring& settled, ring::Ring begun) {
  std::vector<ring::Member> members(begun.members().begin(), begun.members().end());
  // Some may have gone already in a ring that comes later.
  for (const ring::Member& member : settled.members())
    if (!begun.find(member.id)) {
      members.push_back(member);
      members.back().standing = ring::Standing::leaving;
    }
  Forecast forecast{.begun = begun,
                    .last = finished(begun),
                    .further_changes = 0,
                    .moves_least = ring::moves_least(settled, members)};
  while (forecast.further_changes < changes_max) {
    const auto next = rebalance(forecast.last);
    if (!next) break;
    forecast.last = finished(*next);
    ++forecast.further_changes;
  }
  return forecast;
}

}  // namespace starling::topology
