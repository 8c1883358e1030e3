#include "gateway/describe.hpp"

#include <array>

#include "base/ensure.hpp"

namespace starling::gateway {

namespace {

using wire::Packer;

constexpr std::uint64_t protocol_version = 1;
constexpr std::array<std::string_view, 6> features{"errors.map",   "kv.scan",       "request_id",
                                                   "cluster.init", "repair.status", "cluster.join"};

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

std::string_view name_of(ring::Standing standing) {
  switch (standing) {
    case ring::Standing::active: return "active";
    case ring::Standing::joining: return "joining";
    case ring::Standing::leaving: return "leaving";
  }
  ensure(false, "a Standing outside its enumeration");
  return "";
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

void pack_member(Packer& packer, const port::MemberInfo& member, std::optional<ring::Standing> standing) {
  const wire::MemberUpdate& update = member.update;
  Fields fields(packer, 11 + (standing ? 1 : 0));
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
  if (standing) fields.text("standing", name_of(*standing));
}

void pack_members(Packer& packer, const std::vector<port::MemberInfo>& members) {
  packer.pack_array(static_cast<std::uint32_t>(members.size()));
  for (const auto& member : members) pack_member(packer, member);
}

void pack_status(Packer& packer, const port::StatusReply& status) {
  Fields fields(packer, 11);
  fields.boolean("ready", status.ready);
  fields.id("cluster_id", status.cluster.value);
  fields.natural("epoch", status.epoch.value);
  fields.natural("replicas", status.replicas);
  fields.natural("partitions", status.partitions);
  fields.natural("partitions_below_quorum", status.partitions_below_quorum);
  fields.natural("partitions_degraded", status.partitions_degraded);
  wire::pack_str(packer, "members");
  pack_members(packer, status.members);
  wire::pack_str(packer, "change");
  if (status.change)
    pack_change_status(packer, *status.change);
  else
    packer.pack_nil();
  fields.array("waiting", status.waiting.size());
  for (const port::WaitingJoiner& joiner : status.waiting) {
    Fields entry(packer, 3);
    entry.id("node", joiner.node.value);
    entry.text("name", joiner.name);
    entry.address("peer", joiner.peer);
  }
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
