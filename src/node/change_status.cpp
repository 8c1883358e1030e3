#include "node/change_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/words.hpp"

namespace starling::node {

namespace {

/// Of a change that gets on, nobody needs to be told what it waits for.
constexpr Duration stalled_after = 10s;

std::string name_of(const Rooms& rooms, NodeId node) {
  const auto* known = rooms.membership.find(node);
  return known && !known->name.empty() ? fmt::format("node '{}'", known->name)
                                       : fmt::format("node {}", to_string(node));
}

std::string names_of(const Rooms& rooms, const auto& nodes) {
  std::string names;
  for (const NodeId node : nodes) names += (names.empty() ? "" : ", ") + name_of(rooms, node);
  return names;
}

port::ChangeStatus::Newcomer newcomer_of(const Rooms& rooms, NodeId node, const ring::Ring& ring,
                                         const wire::ChangeReport& own) {
  const auto* told = node == rooms.boot.node ? &own : rooms.conductor.report_of(node, ring.epoch());
  if (!told) return {.node = node, .silent = true};
  return {.node = node,
          .arriving = told->arriving,
          .arrived = told->arrived,
          .rows = told->rows,
          .bytes = told->bytes,
          .waits_for = told->waits_for};
}

port::ChangeStatus change_of(const Rooms& rooms, const ring::Ring& ring, Instant now) {
  port::ChangeStatus change{.stage = ring.stage(), .since = now - rooms.conductor.since()};
  std::map<NodeId, std::uint32_t> newcomers;
  const auto moving = ring.moving_partitions();
  change.moving = static_cast<std::uint32_t>(moving.size());
  for (const PartitionId partition : moving)
    if (const auto node = ring.newcomer(partition)) ++newcomers[*node];
  const auto own = report_change(rooms, rooms.view(now));
  for (const auto& [node, partitions] : newcomers) {
    auto& newcomer = change.newcomers.emplace_back(newcomer_of(rooms, node, ring, own));
    if (ring.stage() == ring::Stage::read_new) newcomer.arrived = partitions;
    if (newcomer.silent) newcomer.arriving = partitions;
  }
  for (const ring::Member& member : ring.members()) {
    if (member.standing == ring::Standing::joining) change.joining.push_back(member.id);
    if (member.standing == ring::Standing::leaving) change.leaving.push_back(member.id);
  }
  return change;
}

/// What to do about members that cannot be reached.
std::string advice_on(const Rooms& rooms, const auto& nodes) {
  std::vector<NodeId> gone;
  std::ranges::copy_if(nodes, std::back_inserter(gone), [&](NodeId node) { return !rooms.membership.reachable(node); });
  if (gone.empty()) return "wait; if it takes long, look into the logs of these nodes";
  return fmt::format(
      "start kvnode of {} again, or undo the change with 'kvcli cluster abort' as long as reads go to the "
      "old owners",
      names_of(rooms, gone));
}

void add_stall(const Rooms& rooms, Instant now, port::StatusReply& status) {
  const ring::Ring& ring = *rooms.book.ring();
  if (now < rooms.conductor.since() + stalled_after) return;
  std::set<NodeId> sources;
  if (status.change)
    for (const auto& newcomer : status.change->newcomers)
      sources.insert(newcomer.waits_for.begin(), newcomer.waits_for.end());
  if (!sources.empty())
    status.problems.push_back({fmt::format("the change of the ring needs what only {} has", names_of(rooms, sources)),
                               advice_on(rooms, sources)});
  const auto& awaited = rooms.conductor.awaited();
  std::set<NodeId> gone;
  std::ranges::copy_if(awaited, std::inserter(gone, gone.end()),
                       [&](NodeId node) { return !rooms.membership.reachable(node); });
  if (!gone.empty())
    status.problems.push_back({fmt::format("{} for {}",
                                           ring.settled() ? "the next change of the ring cannot begin: it waits"
                                                          : "the change of the ring waits",
                                           names_of(rooms, gone)),
                               advice_on(rooms, gone)});
  const auto voters = ring.voters();
  const auto there = std::ranges::count_if(voters, [&](NodeId node) { return rooms.membership.reachable(node); });
  if (static_cast<std::size_t>(there) < voters.size() / 2 + 1)
    status.problems.push_back(
        {fmt::format("{} of {} members can be reached: without a majority of them the ring cannot change", there,
                     voters.size()),
         "start the others again; if they are gone for good, see 'kvcli cluster remove --force --dry-run'"});
}

void add_estranged(const Rooms& rooms, port::StatusReply& status) {
  if (const auto& estranged = rooms.book.estranged(); !estranged.empty())
    status.problems.push_back(
        {fmt::format("{} goes by a ring that was begun by force apart from ours", names_of(rooms, estranged)),
         "the two cannot become one: empty the directories of the nodes on one side, and let them join the other"});
}

}  // namespace

void add_change(const Rooms& rooms, Instant now, port::StatusReply& status) {
  const ring::Ring& ring = *rooms.book.ring();
  if (!ring.settled()) status.change = change_of(rooms, ring, now);
  for (const auto& ask : rooms.joiners.waiting(ring, now)) status.waiting.push_back({ask.node, ask.name, ask.peer});
  add_stall(rooms, now, status);
  add_estranged(rooms, status);
}

}  // namespace starling::node
