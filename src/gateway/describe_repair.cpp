#include "gateway/describe.hpp"

namespace starling::gateway {

namespace {

using port::RepairStatusReply;
using wire::Packer;

void pack_peer(Packer& packer, const RepairStatusReply::Peer& peer) {
  Fields fields(packer, 4 + (peer.owed_for ? 1 : 0));
  fields.id("node", peer.node.value);
  fields.text("name", peer.name);
  fields.boolean("reachable", peer.reachable);
  fields.natural("hints_owed", peer.hints_owed);
  if (peer.owed_for) fields.natural("owed_for_ms", milliseconds(*peer.owed_for));
}

void pack_copy(Packer& packer, const RepairStatusReply::Copy& copy) {
  Fields fields(packer, 4 + (copy.verified ? 1 : 0));
  fields.id("node", copy.peer.value);
  if (copy.verified) fields.natural("verified_ms_ago", milliseconds(*copy.verified));
  fields.boolean("differs", copy.differs);
  fields.natural("bytes_fetched", copy.bytes_fetched);
  fields.natural("bytes_sent", copy.bytes_sent);
}

void pack_partition(Packer& packer, const RepairStatusReply::Partition& partition) {
  Fields fields(packer, 4);
  fields.natural("partition", partition.partition.value);
  fields.array("copies", partition.copies.size());
  for (const auto& copy : partition.copies) pack_copy(packer, copy);
  fields.natural("tombstones", partition.tombstones);
  fields.array("waits_for", partition.waits_for.size());
  for (const NodeId node : partition.waits_for) wire::pack_str(packer, to_string(node));
}

}  // namespace

void pack_repair_status(Packer& packer, const RepairStatusReply& status) {
  Fields fields(packer, 7);
  fields.natural("interval_ms", milliseconds(status.interval));
  fields.natural("kept_for_ms", milliseconds(status.kept_for));
  fields.natural("rows_pulled", status.rows_pulled);
  fields.natural("bytes_pulled", status.bytes_pulled);
  fields.natural("bytes_sent", status.bytes_sent);
  fields.array("peers", status.peers.size());
  for (const auto& peer : status.peers) pack_peer(packer, peer);
  fields.array("partitions", status.partitions.size());
  for (const auto& partition : status.partitions) pack_partition(packer, partition);
}

}  // namespace starling::gateway
