#include "client/answer.hpp"
#include "client/fields.hpp"

namespace starling::client {
namespace {

api::ChangeReport::Move move_of(wire::Reader& map) {
  api::ChangeReport::Move move;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "from") move.from = value.bytes();
    if (name == "to") move.to = value.bytes();
    if (name == "partitions") move.partitions = small(value);
    if (name == "bytes") move.bytes = value.natural();
  });
  return move;
}

api::ChangeReport::Load load_of(wire::Reader& map) {
  api::ChangeReport::Load load;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "node") load.id = value.bytes();
    if (name == "name") load.name = value.bytes();
    if (name == "zone") load.zone = value.bytes();
    if (name == "before") load.before = small(value);
    if (name == "after") load.after = small(value);
  });
  return load;
}

api::ChangeStatus::Newcomer newcomer_of(wire::Reader& map) {
  api::ChangeStatus::Newcomer newcomer;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "node") newcomer.id = value.bytes();
    if (name == "arriving") newcomer.arriving = small(value);
    if (name == "arrived") newcomer.arrived = small(value);
    if (name == "rows") newcomer.rows = value.natural();
    if (name == "bytes") newcomer.bytes = value.natural();
    if (name == "waits_for") newcomer.waits_for = byte_strings(value);
    if (name == "silent") newcomer.silent = value.boolean();
  });
  return newcomer;
}

}  // namespace

api::Result<api::ChangeReport> decode_change_report(wire::Reader result) {
  api::ChangeReport report;
  read_fields(result, [&](BytesView name, wire::Reader& value) {
    if (name == "epoch") report.epoch = value.natural();
    if (name == "moving") report.moving = small(value);
    if (name == "moves_least") report.moves_least = small(value);
    if (name == "further_changes") report.further_changes = small(value);
    if (name == "zones_before") report.zones_before = small(value);
    if (name == "zones_after") report.zones_after = small(value);
    if (name == "moves") read_items(value, [&](wire::Reader& move) { report.moves.push_back(move_of(move)); });
    if (name == "loads") read_items(value, [&](wire::Reader& load) { report.loads.push_back(load_of(load)); });
    if (name == "may_be_lost") report.may_be_lost = value.bytes();
  });
  return checked(result, std::move(report));
}

std::optional<api::ChangeStatus> change_status_of(wire::Reader& map_or_nil) {
  if (map_or_nil.nil()) return std::nullopt;
  api::ChangeStatus change;
  read_fields(map_or_nil, [&](BytesView name, wire::Reader& value) {
    if (name == "stage") change.stage = value.bytes();
    if (name == "moving") change.moving = small(value);
    if (name == "since_ms") change.since = milliseconds(value);
    if (name == "joining") change.joining = byte_strings(value);
    if (name == "leaving") change.leaving = byte_strings(value);
    if (name == "newcomers")
      read_items(value, [&](wire::Reader& newcomer) { change.newcomers.push_back(newcomer_of(newcomer)); });
  });
  return change;
}

api::WaitingJoiner waiting_joiner_of(wire::Reader& map) {
  api::WaitingJoiner joiner;
  read_fields(map, [&](BytesView name, wire::Reader& value) {
    if (name == "node") joiner.id = value.bytes();
    if (name == "name") joiner.name = value.bytes();
    if (name == "peer") joiner.peer_address = value.bytes();
  });
  return joiner;
}

}  // namespace starling::client
