#include <fmt/format.h>

#include <algorithm>

#include "cli/change_words.hpp"
#include "cli/commands.hpp"
#include "cli/member_words.hpp"
#include "cli/output.hpp"

/// status: the cluster as one of its nodes sees it, on one screen.
namespace starling::cli {
namespace {

/// What only the ring knows of a member: its standing, and in how many partitions' lists it is.
class Places {
 public:
  explicit Places(const api::RingInfo& ring) : members_(ring.members), loads_(ring) {}

  std::string standing(const std::string& id) const {
    const auto place = place_of(id);
    return place < members_.size() ? members_[place].standing : "-";
  }
  std::string partitions(const std::string& id) const {
    const auto place = place_of(id);
    return place < members_.size() ? loads_.in_words(place) : "-";
  }

 private:
  std::size_t place_of(const std::string& id) const {
    return static_cast<std::size_t>(std::ranges::find(members_, id, &api::Member::id) - members_.begin());
  }

  const std::vector<api::Member>& members_;
  Loads loads_;
};

void print_members(const std::vector<api::Member>& members, const Places& places) {
  Table table({"NAME", "STATE", "STANDING", "PARTITIONS", "ZONE", "CLIENTS AT", "PEERS AT", "ID", ""});
  std::string former;
  for (const api::Member& member : members) {
    if (!member.in_ring && member.state != "alive") {
      former += fmt::format("{}{} ({})", former.empty() ? "" : ", ", name_of(members, member.id), member.state);
      continue;
    }
    table.add({member.name, member.state, places.standing(member.id), places.partitions(member.id),
               member.zone.empty() ? "-" : member.zone, member.client_address, member.peer_address, member.id,
               member.self ? "answered this" : ""});
  }
  table.print();
  if (!former.empty()) print_line("No members any more: " + former);
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
              {"change", status.change ? json_change(*status.change) : Json(nullptr)},
              {"waiting", json_waiting(status.waiting)},
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

std::string replicas_in_words(const api::Status& status, const api::RingInfo& ring) {
  const std::size_t replicas = ring.assignment.empty() ? status.replicas : ring.assignment.front().size();
  if (replicas >= status.replicas) return fmt::format("{} replicas of each key", status.replicas);
  return fmt::format("{} of {} replicas of each key, until there are more members", replicas, status.replicas);
}

bool all_well(const api::Status& status) {
  return status.ready && status.problems.empty() && status.partitions_below_quorum == 0 &&
         status.partitions_degraded == 0;
}

void print_status(const api::Status& status, const api::RingInfo& ring) {
  print_line(all_well(status) ? "All is well." : "Not all is well.");
  if (status.epoch > 0) {
    print_line(fmt::format("Cluster {}, ring {}, {}: {}.", status.cluster_id, status.epoch,
                           replicas_in_words(status, ring), service_in_words(status)));
  }
  print_line("");
  print_members(status.members, Places(ring));
  print_change(status);
  for (const api::Problem& problem : status.problems) {
    print_line("");
    print_line("! " + problem.what);
    if (!problem.advice.empty()) print_line("  → " + problem.advice);
  }
}

}  // namespace

ExitCode status(Session& session, const StatusArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  if (arguments.wait)
    if (const ExitCode waited = wait_until_settled(**client); waited != ExitCode::ok) return waited;
  api::Result<api::Status> status = (*client)->status();
  if (!status) return report(status.error());
  if (session.settings.format == Format::json) {
    print_json_status(*status);
  } else {
    const api::Result<api::RingInfo> ring = (*client)->ring();
    if (!ring) return report(ring.error());
    print_status(*status, *ring);
  }
  return all_well(*status) ? ExitCode::ok : ExitCode::error;
}

}  // namespace starling::cli
