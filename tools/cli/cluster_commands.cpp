#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "client/cluster_view.hpp"

/// status, ring, cluster init: the cluster as one of its nodes sees it.
namespace starling::cli {
namespace {

Json json_member(const api::Member& member) {
  return {{"id", member.id},
          {"name", member.name},
          {"zone", member.zone},
          {"state", member.state},
          {"peer", member.peer_address},
          {"client", member.client_address},
          {"generation", member.generation},
          {"incarnation", member.incarnation},
          {"weight", member.weight},
          {"in_ring", member.in_ring},
          {"self", member.self}};
}

Json json_members(const std::vector<api::Member>& members) {
  Json array = Json::array();
  for (const api::Member& member : members) array.push_back(json_member(member));
  return array;
}

void print_members(const std::vector<api::Member>& members) {
  Table table({"NAME", "STATE", "CLIENTS AT", "PEERS AT", "ZONE", "ID", ""});
  for (const api::Member& member : members)
    table.add({member.name, member.state, member.client_address, member.peer_address,
               member.zone.empty() ? "-" : member.zone, member.id, member.self ? "answered this" : ""});
  table.print();
}

void print_json_status(const api::Status& status) {
  Json problems = Json::array();
  for (const api::Problem& problem : status.problems)
    problems.push_back({{"what", problem.what}, {"advice", problem.advice}});
  print_json({{"ready", status.ready},
              {"cluster_id", status.cluster_id},
              {"epoch", status.epoch},
              {"replicas", status.replicas},
              {"partitions", status.partitions},
              {"partitions_below_quorum", status.partitions_below_quorum},
              {"partitions_degraded", status.partitions_degraded},
              {"members", json_members(status.members)},
              {"problems", problems}});
}

/// One sentence on what clients can and cannot do now.
std::string service_in_words(const api::Status& status) {
  if (status.partitions_below_quorum > 0)
    return fmt::format("{} of {} partitions lack a quorum: reads and writes of their keys are refused",
                       status.partitions_below_quorum, status.partitions);
  if (status.partitions_degraded > 0)
    return fmt::format("{} of {} partitions miss a replica; all keys can be read and written",
                       status.partitions_degraded, status.partitions);
  return fmt::format("all {} partitions have all their replicas", status.partitions);
}

bool all_well(const api::Status& status) {
  return status.ready && status.problems.empty() && status.partitions_below_quorum == 0 &&
         status.partitions_degraded == 0;
}

void print_status(const api::Status& status) {
  print_line(all_well(status) ? "All is well." : "Not all is well.");
  if (status.epoch > 0) {
    print_line(fmt::format("Cluster {}, ring {}, {} replicas of each key: {}.", status.cluster_id, status.epoch,
                           status.replicas, service_in_words(status)));
  }
  print_line("");
  print_members(status.members);
  for (const api::Problem& problem : status.problems) {
    print_line("");
    print_line("! " + problem.what);
    if (!problem.advice.empty()) print_line("  → " + problem.advice);
  }
}

std::string name_of(const api::RingInfo& ring, std::uint32_t member) {
  if (member >= ring.members.size()) return "?";
  const api::Member& found = ring.members[member];
  return found.name.empty() ? found.id : found.name;
}

std::string names_of(const api::RingInfo& ring, const std::vector<std::uint32_t>& list) {
  std::string names;
  for (std::uint32_t member : list) names += (names.empty() ? "" : " ") + name_of(ring, member);
  return names;
}

ExitCode show_place_of_key(const Session& session, const api::RingInfo& ring, const std::string& key) {
  Token token = client::token_of(session.settings.bucket, key);
  std::size_t partition = client::partition_of(token, ring.assignment.size());
  const std::vector<std::uint32_t>& list = ring.assignment[partition];
  if (session.settings.format == Format::json) {
    Json replicas = Json::array();
    for (std::uint32_t member : list) replicas.push_back(name_of(ring, member));
    print_json(
        {{"key", json_bytes(key)}, {"token", to_string(token)}, {"partition", partition}, {"replicas", replicas}});
  } else {
    print_line(fmt::format("token {}  partition {}  replicas {}", to_string(token), partition, names_of(ring, list)));
  }
  return ExitCode::ok;
}

/// Who has how much, and how often each is asked first.
void print_shares(const api::RingInfo& ring) {
  std::vector<std::uint32_t> owned(ring.members.size()), first(ring.members.size());
  for (const std::vector<std::uint32_t>& list : ring.assignment) {
    for (std::uint32_t member : list)
      if (member < owned.size()) ++owned[member];
    if (!list.empty() && list.front() < first.size()) ++first[list.front()];
  }
  Table table({"NAME", "ZONE", "WEIGHT", "PARTITIONS", "COORDINATES FIRST", "ID"});
  for (std::size_t i = 0; i < ring.members.size(); ++i) {
    const api::Member& member = ring.members[i];
    if (!member.in_ring) continue;
    table.add({member.name, member.zone.empty() ? "-" : member.zone, fmt::to_string(member.weight),
               fmt::to_string(owned[i]), fmt::to_string(first[i]), member.id});
  }
  table.print();
}

}  // namespace

ExitCode status(Session& session) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::Status> status = (*client)->status();
  if (!status) return report(status.error());
  session.settings.format == Format::json ? print_json_status(*status) : print_status(*status);
  return all_well(*status) ? ExitCode::ok : ExitCode::error;
}

ExitCode ring(Session& session, const RingArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::RingInfo> ring = (*client)->ring();
  if (!ring) return report(ring.error());
  if (ring->epoch == 0 || ring->assignment.empty())
    return report({api::ErrorCode::not_ready, {}, "this node is in no cluster yet", {}});
  if (!arguments.key.empty()) return show_place_of_key(session, *ring, arguments.key);
  if (session.settings.format == Format::json) {
    print_json({{"cluster_id", ring->cluster_id},
                {"epoch", ring->epoch},
                {"replicas", ring->replicas},
                {"members", json_members(ring->members)},
                {"assignment", ring->assignment}});
    return ExitCode::ok;
  }
  print_line(fmt::format("Cluster {}, ring {}, {} partitions, {} replicas of each key.", ring->cluster_id, ring->epoch,
                         ring->assignment.size(), ring->replicas));
  print_line("");
  print_shares(*ring);
  if (!arguments.partitions) return ExitCode::ok;
  print_line("");
  Table table({"PARTITION", "REPLICAS, THE FIRST COORDINATES"});
  for (std::size_t p = 0; p < ring->assignment.size(); ++p)
    table.add({fmt::to_string(p), names_of(*ring, ring->assignment[p])});
  table.print();
  return ExitCode::ok;
}

ExitCode cluster_init(Session& session, const std::vector<std::string>& peers) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<api::Founded> founded = (*client)->init(peers);
  if (!founded) return report(founded.error());
  if (session.settings.format == Format::json)
    print_json({{"cluster_id", founded->cluster_id}, {"members", founded->members}});
  else
    print_line(fmt::format("Founded cluster {} of {} members.", founded->cluster_id, founded->members));
  return ExitCode::ok;
}

}  // namespace starling::cli
