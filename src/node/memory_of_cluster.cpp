#include "node/memory_of_cluster.hpp"

#include <fmt/format.h>

#include <map>

#include "node/peer_book.hpp"
#include "topology/acceptor.hpp"

namespace starling::node {

namespace {

Bytes record(const storage::BootRecord& boot, const char* name) {
  auto found = boot.records.find(name);
  return found == boot.records.end() ? Bytes{} : found->second;
}

std::string unreadable(const char* what, const std::string& why) {
  return fmt::format(
      "the {} in the data directory cannot be read ({}): restore the directory from a copy, or empty it "
      "and let this node come back as a new member",
      what, why);
}

}  // namespace

MemoryOfCluster recall(const storage::BootRecord& boot) {
  MemoryOfCluster memory;
  const Bytes cluster = record(boot, topology::cluster_record_name);
  const Bytes ring = record(boot, topology::ring_record_name);
  memory.vote = record(boot, topology::Acceptor::record_name);
  memory.pending_founding = record(boot, topology::proposal_record_name);
  memory.invitation = record(boot, topology::invitation_record_name);
  if (ring.empty()) {
    // Without a ring the cluster was never decided, unless what is missing here has been damaged.
    if (!boot.damage.empty() && !boot.fresh) memory.unreadable = unreadable("ring", boot.damage.front());
    return memory;
  }
  auto known_ring = ring::decode_ring(ring);
  auto known_cluster = topology::decode_cluster_record(cluster);
  if (!known_ring)
    memory.unreadable = unreadable("ring", known_ring.error().message);
  else if (!known_cluster)
    memory.unreadable = unreadable("record of the cluster", known_cluster.error().message);
  else if (known_cluster->cluster != known_ring->cluster())
    memory.unreadable = unreadable("ring", "it is of another cluster");
  if (!memory.unreadable.empty()) return memory;
  memory.ring = std::move(*known_ring);
  memory.cluster = std::move(*known_cluster);
  return memory;
}

std::vector<wire::MemberUpdate> known_members(const storage::BootRecord& boot, const topology::ClusterRecord& cluster) {
  std::map<NodeId, wire::MemberUpdate> known;
  for (const auto& contact : cluster.contacts) known[contact.node] = {.node = contact.node, .peer = contact.peer};
  for (auto& member : decode_book(record(boot, book_record_name))) known[member.node] = std::move(member);
  known.erase(boot.node);
  std::vector<wire::MemberUpdate> list;
  for (auto& [id, member] : known) list.push_back(std::move(member));
  return list;
}

}  // namespace starling::node
