#include "client/answer.hpp"

#include "client/fields.hpp"

namespace starling::client {
namespace {

api::Member member_of(wire::Reader& map) {
  api::Member member;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "id") member.id = value.bytes();
    if (name == "name") member.name = value.bytes();
    if (name == "zone") member.zone = value.bytes();
    if (name == "state") member.state = value.bytes();
    if (name == "peer") member.peer_address = value.bytes();
    if (name == "client") member.client_address = value.bytes();
    if (name == "generation") member.generation = value.natural();
    if (name == "incarnation") member.incarnation = small(value);
    if (name == "weight") member.weight = small(value);
    if (name == "in_ring") member.in_ring = value.boolean();
    if (name == "self") member.self = value.boolean();
    if (name == "standing") member.standing = value.bytes();
  });
  return member;
}

std::vector<api::Member> members_of(wire::Reader& array) {
  std::vector<api::Member> members;
  read_items(array, [&](wire::Reader& item) { members.push_back(member_of(item)); });
  return members;
}

api::ScanItem scan_item_of(wire::Reader& map) {
  api::ScanItem item;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "key") item.key = value.bytes();
    if (name == "values") item.values = byte_strings(value);
    if (name == "context") item.context = value.bytes();
  });
  return item;
}

std::vector<std::uint32_t> small_numbers(wire::Reader& array) {
  std::vector<std::uint32_t> numbers;
  read_items(array, [&](wire::Reader& item) { numbers.push_back(small(item)); });
  return numbers;
}

api::RingInfo::Moving moving_of(wire::Reader& map) {
  api::RingInfo::Moving moving;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "partition") moving.partition = small(value);
    if (name == "present") moving.present = small_numbers(value);
    if (name == "next") moving.next = small_numbers(value);
  });
  return moving;
}

api::Problem problem_of(wire::Reader& map) {
  api::Problem problem;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "what") problem.what = value.bytes();
    if (name == "advice") problem.advice = value.bytes();
  });
  return problem;
}

}  // namespace

api::Result<api::Reading> decode_reading(wire::Reader result) {
  api::Reading reading;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "values") reading.values = byte_strings(value);
    if (name == "context") reading.context = value.bytes();
  });
  return checked(result, std::move(reading));
}

api::Result<api::Written> decode_written(wire::Reader result) {
  api::Written written;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "siblings") written.siblings = small(value);
    if (name == "context") written.context = value.bytes();
    if (name == "stand_ins") written.stand_ins = byte_strings(value);
  });
  return checked(result, std::move(written));
}

api::Result<bool> decode_bool(wire::Reader result) {
  bool value = result.boolean();
  return checked(result, value);
}

api::Result<api::ScanPage> decode_scan_page(wire::Reader result) {
  api::ScanPage page;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "items") read_items(value, [&](wire::Reader& item) { page.items.push_back(scan_item_of(item)); });
    if (name == "cursor") page.cursor = value.bytes();
  });
  return checked(result, std::move(page));
}

api::Result<std::vector<api::Member>> decode_members(wire::Reader result) {
  std::vector<api::Member> members = members_of(result);
  return checked(result, std::move(members));
}

api::Result<api::RingInfo> decode_ring_info(wire::Reader result) {
  api::RingInfo ring;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "cluster_id") ring.cluster_id = value.bytes();
    if (name == "epoch") ring.epoch = value.natural();
    if (name == "replicas") ring.replicas = small(value);
    if (name == "members") ring.members = members_of(value);
    if (name == "assignment")
      read_items(value, [&](wire::Reader& list) { ring.assignment.push_back(small_numbers(list)); });
    if (name == "stage") ring.stage = value.bytes();
    if (name == "moving") read_items(value, [&](wire::Reader& item) { ring.moving.push_back(moving_of(item)); });
  });
  return checked(result, std::move(ring));
}

api::Result<api::Status> decode_status(wire::Reader result) {
  api::Status status;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "ready") status.ready = value.boolean();
    if (name == "cluster_id") status.cluster_id = value.bytes();
    if (name == "epoch") status.epoch = value.natural();
    if (name == "replicas") status.replicas = small(value);
    if (name == "partitions") status.partitions = small(value);
    if (name == "partitions_below_quorum") status.partitions_below_quorum = small(value);
    if (name == "partitions_degraded") status.partitions_degraded = small(value);
    if (name == "members") status.members = members_of(value);
    if (name == "change") status.change = change_status_of(value);
    if (name == "waiting")
      read_items(value, [&](wire::Reader& joiner) { status.waiting.push_back(waiting_joiner_of(joiner)); });
    if (name == "problems")
      read_items(value, [&](wire::Reader& problem) { status.problems.push_back(problem_of(problem)); });
  });
  return checked(result, std::move(status));
}

api::Result<api::NodeInfo> decode_info(wire::Reader result) {
  api::NodeInfo info;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "node") info.id = value.bytes();
    if (name == "name") info.name = value.bytes();
    if (name == "cluster_id") info.cluster_id = value.bytes();
    if (name == "peer") info.peer_address = value.bytes();
    if (name == "client") info.client_address = value.bytes();
    if (name == "generation") info.generation = value.natural();
    if (name == "ready") info.ready = value.boolean();
  });
  return checked(result, std::move(info));
}

api::Result<api::NodeStats> decode_stats(wire::Reader result) {
  api::NodeStats stats;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    stats.counters.emplace_back(std::string(name), value.natural());
  });
  return checked(result, std::move(stats));
}

api::Result<api::Founded> decode_founded(wire::Reader result) {
  api::Founded founded;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "cluster_id") founded.cluster_id = value.bytes();
    if (name == "members") founded.members = small(value);
  });
  return checked(result, std::move(founded));
}

}  // namespace starling::client
