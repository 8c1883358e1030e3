#include "client/answer.hpp"
#include "client/fields.hpp"

namespace starling::client {
namespace {

api::RepairStatus::Peer peer_of(wire::Reader& map) {
  api::RepairStatus::Peer peer;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "node") peer.id = value.bytes();
    if (name == "name") peer.name = value.bytes();
    if (name == "reachable") peer.reachable = value.boolean();
    if (name == "hints_owed") peer.hints_owed = value.natural();
    if (name == "owed_for_ms") peer.owed_for = milliseconds(value);
  });
  return peer;
}

api::RepairStatus::Copy copy_of(wire::Reader& map) {
  api::RepairStatus::Copy copy;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "node") copy.node = value.bytes();
    if (name == "verified_ms_ago") copy.verified = milliseconds(value);
    if (name == "differs") copy.differs = value.boolean();
    if (name == "bytes_fetched") copy.bytes_fetched = value.natural();
    if (name == "bytes_sent") copy.bytes_sent = value.natural();
  });
  return copy;
}

api::RepairStatus::Partition partition_of(wire::Reader& map) {
  api::RepairStatus::Partition partition;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "partition") partition.partition = small(value);
    if (name == "copies") read_items(value, [&](wire::Reader& copy) { partition.copies.push_back(copy_of(copy)); });
    if (name == "tombstones") partition.tombstones = value.natural();
    if (name == "waits_for") partition.waits_for = byte_strings(value);
  });
  return partition;
}

}  // namespace

api::Result<api::RepairStatus> decode_repair_status(wire::Reader result) {
  api::RepairStatus status;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "interval_ms") status.interval = milliseconds(value);
    if (name == "kept_for_ms") status.kept_for = milliseconds(value);
    if (name == "rows_pulled") status.rows_pulled = value.natural();
    if (name == "bytes_pulled") status.bytes_pulled = value.natural();
    if (name == "bytes_sent") status.bytes_sent = value.natural();
    if (name == "peers") read_items(value, [&](wire::Reader& peer) { status.peers.push_back(peer_of(peer)); });
    if (name == "partitions")
      read_items(value, [&](wire::Reader& partition) { status.partitions.push_back(partition_of(partition)); });
  });
  return checked(result, std::move(status));
}

api::Result<std::uint32_t> decode_repairing(wire::Reader result) {
  std::uint32_t partitions = 0;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "partitions") partitions = small(value);
  });
  return checked(result, partitions);
}

}  // namespace starling::client
