#include "gateway/describe.hpp"

#include <array>

#include "base/ensure.hpp"
#include "ring/ring.hpp"

namespace starling::gateway {

namespace {

using wire::Packer;

constexpr std::uint64_t protocol_version = 1;
constexpr std::array<std::string_view, 5> features{"errors.map", "kv.scan", "request_id", "cluster.init",
                                                   "repair.status"};

std::string_view name_of(wire::MemberState state) {
  switch (state) {
    case wire::MemberState::alive: return "alive";
    case wire::MemberState::suspect: return "suspect";
    case wire::MemberState::dead: return "dead";
    case wire::MemberState::left: return "left";
  }
  ensure(false, "a MemberState outside its enumeration");
  return "";
}

void pack_member(Packer& packer, const port::MemberInfo& member) {
  const wire::MemberUpdate& update = member.update;
  Fields fields(packer, 11);
  fields.id("id", update.node.value);
  fields.text("name", update.name);
  fields.text("zone", update.zone);
  fields.natural("weight", update.weight);
  fields.text("state", name_of(update.state));
  fields.natural("generation", update.generation.value);
  fields.natural("incarnation", update.incarnation);
  fields.address("peer", update.peer);
  fields.address("client", update.client);
  fields.boolean("in_ring", member.in_ring);
  fields.boolean("self", member.self);
}

/// One that gossip has not told about yet is dead as far as anybody knows.
port::MemberInfo member_of_ring(const ring::Member& member, const std::vector<port::MemberInfo>& known) {
  const auto found = std::ranges::find_if(known, [&](const auto& info) { return info.update.node == member.id; });
  if (found != known.end()) return *found;
  port::MemberInfo info{.update = {}, .in_ring = true, .self = false};
  info.update.node = member.id;
  info.update.zone = member.zone;
  info.update.weight = member.weight;
  info.update.state = wire::MemberState::dead;
  return info;
}

std::uint32_t place_of(NodeId node, std::span<const ring::Member> members) {
  const auto found = std::ranges::lower_bound(members, node, {}, &ring::Member::id);
  ensure(found != members.end() && found->id == node, "a ring whose owners are no members");
  return static_cast<std::uint32_t>(found - members.begin());
}

void pack_assignment(Packer& packer, const ring::Ring& ring) {
  for (std::uint32_t partition = 0; partition < ring.partitions(); ++partition) {
    const auto owners = ring.preference_list(PartitionId{static_cast<std::uint16_t>(partition)});
    packer.pack_array(static_cast<std::uint32_t>(owners.size()));
    for (const NodeId owner : owners) packer.pack_uint32(place_of(owner, ring.members()));
  }
}

/// Epoch 0: nobody has founded the cluster yet.
void pack_no_ring(Fields& fields) {
  fields.id("cluster_id", 0);
  fields.natural("epoch", 0);
  fields.natural("replicas", 0);
  fields.natural("partitions", 0);
  fields.array("members", 0);
  fields.array("assignment", 0);
}

}  // namespace

void pack_hello(Packer& packer, const port::InfoReply& info) {
  Fields fields(packer, 6);
  fields.text("server", "starling");
  fields.text("version", STARLING_VERSION);
  fields.natural("protocol", protocol_version);
  fields.id("cluster_id", info.cluster.value);
  fields.id("node", info.node.value);
  fields.array("features", features.size());
  for (const std::string_view feature : features) wire::pack_str(packer, feature);
}

void pack_info(Packer& packer, const port::InfoReply& info) {
  Fields fields(packer, 8);
  fields.id("node", info.node.value);
  fields.text("name", info.name);
  fields.id("cluster_id", info.cluster.value);
  fields.natural("generation", info.generation.value);
  fields.address("peer", info.peer);
  fields.address("client", info.client);
  fields.boolean("ready", info.ready);
  fields.text("version", STARLING_VERSION);
}

void pack_members(Packer& packer, const std::vector<port::MemberInfo>& members) {
  packer.pack_array(static_cast<std::uint32_t>(members.size()));
  for (const auto& member : members) pack_member(packer, member);
}

void pack_ring(Packer& packer, const port::RingReply& reply) {
  Fields fields(packer, 7);
  fields.text("hash", "xxh3_64(bucket 0x00 key)");
  if (reply.ring.empty()) return pack_no_ring(fields);
  const auto ring = ring::decode_ring(reply.ring);
  ensure(ring.has_value(), "the node's own ring cannot be read");
  fields.id("cluster_id", ring->cluster().value);
  fields.natural("epoch", ring->epoch().value);
  fields.natural("replicas", ring->replicas());
  fields.natural("partitions", ring->partitions());
  fields.array("members", ring->members().size());
  for (const ring::Member& member : ring->members()) pack_member(packer, member_of_ring(member, reply.members));
  fields.array("assignment", ring->partitions());
  pack_assignment(packer, *ring);
}

void pack_status(Packer& packer, const port::StatusReply& status) {
  Fields fields(packer, 9);
  fields.boolean("ready", status.ready);
  fields.id("cluster_id", status.cluster.value);
  fields.natural("epoch", status.epoch.value);
  fields.natural("replicas", status.replicas);
  fields.natural("partitions", status.partitions);
  fields.natural("partitions_below_quorum", status.partitions_below_quorum);
  fields.natural("partitions_degraded", status.partitions_degraded);
  wire::pack_str(packer, "members");
  pack_members(packer, status.members);
  fields.array("problems", status.problems.size());
  for (const port::Problem& problem : status.problems) {
    Fields entry(packer, 2);
    entry.text("what", problem.what);
    entry.text("advice", problem.advice);
  }
}

void pack_stats(Packer& packer, const port::StatsReply& stats) {
  Fields fields(packer, static_cast<std::uint32_t>(stats.counters.size()));
  for (const auto& [name, value] : stats.counters) fields.natural(name, value);
}

}  // namespace starling::gateway
