#include "node/repair_report.hpp"

#include <algorithm>
#include <map>

namespace starling::node {

namespace {

using port::RepairStatusReply;

std::vector<RepairStatusReply::Peer> peers_of(const Rooms& rooms, Instant now) {
  std::vector<RepairStatusReply::Peer> peers;
  const auto members = rooms.membership.members();
  for (const NodeId node : rooms.book.ring()->neighbours_of(rooms.boot.node)) {
    RepairStatusReply::Peer& peer = peers.emplace_back();
    peer.node = node;
    peer.reachable = rooms.membership.reachable(node);
    const auto known = std::ranges::find(members, node, &wire::MemberUpdate::node);
    if (known != members.end()) peer.name = known->name;
    if (const auto owed = rooms.handoff.owed().find(node); owed != rooms.handoff.owed().end())
      peer.hints_owed = owed->second;
    if (const auto since = rooms.handoff.owed_since().find(node); since != rooms.handoff.owed_since().end())
      peer.owed_for = now - since->second;
  }
  return peers;
}

}  // namespace

RepairStatusReply report_repair(const Rooms& rooms, Instant now) {
  const repair::Status known = rooms.repair.status(rooms.view(now));
  RepairStatusReply status{.interval = rooms.config.repair.interval,
                           .kept_for = now - rooms.started,
                           .rows_pulled = known.rows_pulled,
                           .bytes_pulled = known.bytes_pulled,
                           .bytes_sent = known.bytes_pushed,
                           .peers = peers_of(rooms, now),
                           .partitions = {}};
  std::map<PartitionId, RepairStatusReply::Partition> partitions;
  for (const auto& pair : known.pairs)
    partitions[pair.partition].copies.push_back(
        {.peer = pair.peer,
         .verified = pair.verified ? std::optional(now - *pair.verified) : std::nullopt,
         .differs = pair.differs,
         .bytes_fetched = pair.bytes_fetched,
         .bytes_sent = pair.bytes_sent});
  for (const auto& waiting : known.waiting) {
    partitions[waiting.partition].tombstones = waiting.rows;
    partitions[waiting.partition].waits_for = waiting.for_whom;
  }
  for (auto& [id, partition] : partitions) {
    partition.partition = id;
    status.partitions.push_back(std::move(partition));
  }
  return status;
}

}  // namespace starling::node
