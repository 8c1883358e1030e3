#include <algorithm>
#include <span>

#include "base/ensure.hpp"
#include "gateway/describe.hpp"
#include "ring/ring.hpp"

namespace starling::gateway {

namespace {

using wire::Packer;

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

void pack_list(Packer& packer, const ring::Ring& ring, std::span<const NodeId> nodes) {
  packer.pack_array(static_cast<std::uint32_t>(nodes.size()));
  for (const NodeId node : nodes) packer.pack_uint32(place_of(node, ring.members()));
}

void pack_assignment(Packer& packer, const ring::Ring& ring) {
  for (std::uint32_t partition = 0; partition < ring.partitions(); ++partition)
    pack_list(packer, ring, ring.preference_list(PartitionId{static_cast<std::uint16_t>(partition)}));
}

void pack_moving(Packer& packer, const ring::Ring& ring, PartitionId partition) {
  const auto [present, next] = ring.write_lists(partition);
  Fields fields(packer, 3);
  fields.natural("partition", partition.value);
  wire::pack_str(packer, "present");
  pack_list(packer, ring, present);
  wire::pack_str(packer, "next");
  pack_list(packer, ring, next);
}

/// Epoch 0: nobody has founded the cluster yet.
void pack_no_ring(Fields& fields) {
  fields.id("cluster_id", 0);
  fields.natural("epoch", 0);
  fields.natural("replicas", 0);
  fields.natural("partitions", 0);
  fields.text("stage", name_of(ring::Stage::settled));
  fields.array("members", 0);
  fields.array("assignment", 0);
  fields.array("moving", 0);
}

}  // namespace

void pack_ring(Packer& packer, const port::RingReply& reply) {
  Fields fields(packer, 9);
  fields.text("hash", "xxh3_64(bucket 0x00 key)");
  if (reply.ring.empty()) return pack_no_ring(fields);
  const auto ring = ring::decode_ring(reply.ring);
  ensure(ring.has_value(), "the node's own ring cannot be read");
  fields.id("cluster_id", ring->cluster().value);
  fields.natural("epoch", ring->epoch().value);
  fields.natural("replicas", ring->replicas());
  fields.natural("partitions", ring->partitions());
  fields.text("stage", name_of(ring->stage()));
  fields.array("members", ring->members().size());
  for (const ring::Member& member : ring->members())
    pack_member(packer, member_of_ring(member, reply.members), member.standing);
  fields.array("assignment", ring->partitions());
  pack_assignment(packer, *ring);
  const auto moving = ring->moving_partitions();
  fields.array("moving", moving.size());
  for (const PartitionId partition : moving) pack_moving(packer, *ring, partition);
}

}  // namespace starling::gateway
