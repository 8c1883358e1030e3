#include "ring/change.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"

namespace starling::ring {

namespace {

RingParts successor(const Ring& ring) {
  RingParts parts = ring.parts();
  ++parts.epoch.value;
  for (const PartitionId partition : ring.moving_partitions()) parts.versions[partition.value] = parts.epoch;
  return parts;
}

Ring made(RingParts parts) {
  auto ring = Ring::make(std::move(parts));
  ensure(ring.has_value(), "what follows from a ring is a ring");
  return *std::move(ring);
}

bool in_some_list(const Assignment& lists, NodeId node) {
  return std::ranges::any_of(lists, [&](const auto& list) { return std::ranges::count(list, node) != 0; });
}

void settle(RingParts& parts) {
  parts.stage = Stage::settled;
  parts.next.clear();
  std::erase_if(parts.members, [&](const Member& member) {
    return member.standing == Standing::leaving && !in_some_list(parts.present, member.id);
  });
}

/// Nobody comes or goes without a word: who is new is joining, and nobody else is.
Result<> check_named(const Ring& settled, const std::vector<Member>& members) {
  for (const Member& member : members)
    if ((settled.find(member.id) == nullptr) != (member.standing == Standing::joining))
      return fail(ErrorCode::invalid, fmt::format("node {} joins if it is new, and only then", to_string(member.id)));
  for (const Member& member : settled.members())
    if (std::ranges::find(members, member.id, &Member::id) == members.end())
      return fail(ErrorCode::invalid, fmt::format("node {} is a member: let it leave instead", to_string(member.id)));
  return {};
}

/// With whom a change began that led here at once, because nothing moves.
std::vector<Member> named_before(const Ring& ring, const Ring& next) {
  std::vector<Member> members(next.members().begin(), next.members().end());
  for (Member& member : members)
    if (ring.find(member.id) == nullptr) member.standing = Standing::joining;
  for (const Member& member : ring.members()) {
    if (next.find(member.id) != nullptr) continue;
    members.push_back(member);
    members.back().standing = Standing::leaving;
  }
  return members;
}

void activate_joining(std::vector<Member>& members) {
  for (Member& member : members)
    if (member.standing == Standing::joining) member.standing = Standing::active;
}

}  // namespace

Result<Ring> begin_change(const Ring& settled, std::vector<Member> members, const Assignment& next) {
  ensure(settled.settled(), "one change at a time");
  if (auto fine = check_named(settled, members); !fine) return std::unexpected(fine.error());
  RingParts parts = successor(settled);
  parts.stage = Stage::read_old;
  parts.members = std::move(members);
  parts.next = next;
  auto changing = Ring::make(parts);
  if (!changing) return changing;
  const auto moving = changing->moving_partitions();
  for (const PartitionId partition : moving) parts.versions[partition.value] = parts.epoch;
  if (moving.empty()) {
    parts.present = next;
    activate_joining(parts.members);
    settle(parts);
  }
  return Ring::make(std::move(parts));
}

Ring read_from_new(const Ring& changing) {
  ensure(changing.stage() == Stage::read_old, "the newcomers are read after they have been written");
  RingParts parts = successor(changing);
  parts.stage = Stage::read_new;
  activate_joining(parts.members);
  return made(std::move(parts));
}

Ring settle(const Ring& changing) {
  ensure(changing.stage() == Stage::read_new, "a change ends when the newcomers are read");
  RingParts parts = successor(changing);
  parts.present = std::move(parts.next);
  settle(parts);
  return made(std::move(parts));
}

Ring abort_change(const Ring& changing) {
  ensure(changing.stage() == Stage::read_old, "only what nobody reads yet can be given up");
  RingParts parts = successor(changing);
  std::erase_if(parts.members, [](const Member& member) { return member.standing == Standing::joining; });
  for (Member& member : parts.members) member.standing = Standing::active;
  settle(parts);
  return made(std::move(parts));
}

bool may_follow(const Ring& ring, const Ring& next) {
  if (next.cluster() != ring.cluster() || next.epoch().value != ring.epoch().value + 1) return false;
  switch (ring.stage()) {
    case Stage::settled: {
      RingParts parts = next.parts();
      const auto begun = next.settled() ? begin_change(ring, named_before(ring, next), parts.present)
                                        : begin_change(ring, std::move(parts.members), parts.next);
      return begun && *begun == next;
    }
    case Stage::read_old: return next == read_from_new(ring) || next == abort_change(ring);
    case Stage::read_new: return next == settle(ring);
  }
  return false;
}

}  // namespace starling::ring
