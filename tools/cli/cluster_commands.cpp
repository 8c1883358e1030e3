#include <fmt/format.h>

#include <algorithm>

#include "cli/change_words.hpp"
#include "cli/commands.hpp"
#include "cli/member_words.hpp"
#include "cli/output.hpp"
#include "client/cluster_view.hpp"

/// ring, cluster init: who owns what.
namespace starling::cli {
namespace {

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
  const Loads loads(ring);
  std::vector<std::uint32_t> first(ring.members.size());
  for (const std::vector<std::uint32_t>& list : ring.assignment)
    if (!list.empty() && list.front() < first.size()) ++first[list.front()];
  Table table({"NAME", "ZONE", "WEIGHT", "PARTITIONS", "COORDINATES FIRST", "ID"});
  for (std::size_t i = 0; i < ring.members.size(); ++i) {
    const api::Member& member = ring.members[i];
    if (!member.in_ring) continue;
    table.add({member.name, member.zone.empty() ? "-" : member.zone, fmt::to_string(member.weight), loads.in_words(i),
               fmt::to_string(first[i]), member.id});
  }
  table.print();
}

Json json_moving(const api::RingInfo& ring) {
  Json array = Json::array();
  for (const auto& moving : ring.moving)
    array.push_back({{"partition", moving.partition}, {"present", moving.present}, {"next", moving.next}});
  return array;
}

void print_partitions(const api::RingInfo& ring) {
  Table table({"PARTITION", "REPLICAS, THE FIRST COORDINATES", ""});
  std::vector<std::string> moves(ring.assignment.size());
  for (const auto& moving : ring.moving)
    if (moving.partition < moves.size())
      moves[moving.partition] =
          fmt::format("moves: {} → {}", names_of(ring, moving.present), names_of(ring, moving.next));
  for (std::size_t p = 0; p < ring.assignment.size(); ++p)
    table.add({fmt::to_string(p), names_of(ring, ring.assignment[p]), moves[p]});
  table.print();
}

}  // namespace

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
                {"stage", ring->stage},
                {"members", json_members(ring->members)},
                {"assignment", ring->assignment},
                {"moving", json_moving(*ring)}});
    return ExitCode::ok;
  }
  print_line(fmt::format("Cluster {}, ring {}, {} partitions, {} replicas of each key.", ring->cluster_id, ring->epoch,
                         ring->assignment.size(), ring->replicas));
  if (!ring->moving.empty())
    print_line(
        fmt::format("It is changing, {} partitions move. Stage {}.", ring->moving.size(), stage_in_words(ring->stage)));
  print_line("");
  print_shares(*ring);
  if (!arguments.partitions) return ExitCode::ok;
  print_line("");
  print_partitions(*ring);
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
