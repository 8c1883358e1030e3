#include "base/ensure.hpp"
#include "gateway/describe.hpp"

namespace starling::gateway {

namespace {

using wire::Packer;

void pack_ids(Fields& fields, Packer& packer, std::string_view name, const std::vector<NodeId>& nodes) {
  fields.array(name, nodes.size());
  for (const NodeId node : nodes) wire::pack_str(packer, to_string(node));
}

void pack_newcomer(Packer& packer, const port::ChangeStatus::Newcomer& newcomer) {
  Fields fields(packer, 7);
  fields.id("node", newcomer.node.value);
  fields.natural("arriving", newcomer.arriving);
  fields.natural("arrived", newcomer.arrived);
  fields.natural("rows", newcomer.rows);
  fields.natural("bytes", newcomer.bytes);
  pack_ids(fields, packer, "waits_for", newcomer.waits_for);
  fields.boolean("silent", newcomer.silent);
}

void pack_move(Packer& packer, const port::ChangeReply::Move& move) {
  Fields fields(packer, move.bytes ? 4 : 3);
  fields.id("from", move.from.value);
  fields.id("to", move.to.value);
  fields.natural("partitions", move.partitions);
  if (move.bytes) fields.natural("bytes", *move.bytes);
}

void pack_load(Packer& packer, const port::ChangeReply::Load& load) {
  Fields fields(packer, 5);
  fields.id("node", load.node.value);
  fields.text("name", load.name);
  fields.text("zone", load.zone);
  fields.natural("before", load.before);
  fields.natural("after", load.after);
}

}  // namespace

std::string_view name_of(ring::Stage stage) {
  switch (stage) {
    case ring::Stage::settled: return "settled";
    case ring::Stage::read_old: return "read_old";
    case ring::Stage::read_new: return "read_new";
  }
  ensure(false, "a Stage outside its enumeration");
  return "";
}

void pack_change(Packer& packer, const port::ChangeReply& reply) {
  Fields fields(packer, 8 + (reply.may_be_lost.empty() ? 0 : 1));
  fields.natural("epoch", reply.epoch.value);
  fields.natural("moving", reply.moving);
  fields.natural("moves_least", reply.moves_least);
  fields.natural("further_changes", reply.further_changes);
  fields.natural("zones_before", reply.zones_before);
  fields.natural("zones_after", reply.zones_after);
  fields.array("moves", reply.moves.size());
  for (const auto& move : reply.moves) pack_move(packer, move);
  fields.array("loads", reply.loads.size());
  for (const auto& load : reply.loads) pack_load(packer, load);
  if (!reply.may_be_lost.empty()) fields.text("may_be_lost", reply.may_be_lost);
}

void pack_change_status(Packer& packer, const port::ChangeStatus& change) {
  Fields fields(packer, 6);
  fields.text("stage", name_of(change.stage));
  fields.natural("moving", change.moving);
  fields.natural("since_ms", milliseconds(change.since));
  pack_ids(fields, packer, "joining", change.joining);
  pack_ids(fields, packer, "leaving", change.leaving);
  fields.array("newcomers", change.newcomers.size());
  for (const auto& newcomer : change.newcomers) pack_newcomer(packer, newcomer);
}

}  // namespace starling::gateway
