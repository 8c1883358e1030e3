#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/words.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"

/// repair status, repair now: how far the replicas are known to hold the same.
namespace starling::cli {
namespace {

using api::RepairStatus;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds ask_again{200};

std::string ago(const RepairStatus::Age& age) { return age ? in_words(*age) + " ago" : "not yet"; }

std::string name_of(const RepairStatus& status, const std::string& id) {
  const auto peer = std::ranges::find(status.peers, id, &RepairStatus::Peer::id);
  return peer == status.peers.end() || peer->name.empty() ? id : peer->name;
}

/// All that is said of the copies at one peer.
struct Share {
  std::size_t partitions{};
  std::size_t in_time{};
  std::size_t differing{};
  std::uint64_t fetched{};
  std::uint64_t sent{};
  bool all_verified{true};
  milliseconds oldest{};

  std::string oldest_in_words() const { return all_verified ? ago(oldest) : "not yet"; }
};

Share share_of(const RepairStatus& status, const std::string& id) {
  Share share;
  for (const auto& partition : status.partitions) {
    for (const auto& copy : partition.copies) {
      if (copy.node != id) continue;
      ++share.partitions;
      share.differing += copy.differs ? 1 : 0;
      share.fetched += copy.bytes_fetched;
      share.sent += copy.bytes_sent;
      share.in_time += copy.verified && *copy.verified <= status.interval ? 1 : 0;
      share.all_verified &= copy.verified.has_value();
      share.oldest = std::max(share.oldest, copy.verified.value_or(milliseconds{}));
    }
  }
  return share;
}

void print_peers(const RepairStatus& status) {
  Table table({"REPLICA", "REACHABLE", "PARTITIONS", "VERIFIED IN TIME", "OLDEST", "DIFFERING", "FETCHED", "SENT",
               "HINTS OWED", "SINCE"});
  for (const auto& peer : status.peers) {
    const Share share = share_of(status, peer.id);
    table.add({peer.name.empty() ? peer.id : peer.name, peer.reachable ? "yes" : "no", fmt::to_string(share.partitions),
               fmt::to_string(share.in_time), share.oldest_in_words(), fmt::to_string(share.differing),
               bytes_in_words(share.fetched), bytes_in_words(share.sent), fmt::to_string(peer.hints_owed),
               peer.owed_for ? ago(peer.owed_for) : "-"});
  }
  table.print();
}

std::string names_of(const RepairStatus& status, const std::vector<std::string>& nodes) {
  std::string names;
  for (const std::string& node : nodes) names += (names.empty() ? "" : ", ") + name_of(status, node);
  return names;
}

void print_tombstones(const RepairStatus& status) {
  std::map<std::string, std::uint64_t> waiting;
  for (const auto& partition : status.partitions)
    if (partition.tombstones > 0) waiting[names_of(status, partition.waits_for)] += partition.tombstones;
  for (const auto& [names, tombstones] : waiting)
    print_line(
        names.empty()
            ? fmt::format("{} deleted keys: every replica has seen the deletes; the tombstones are going", tombstones)
            : fmt::format("{} deleted keys keep their tombstones until {} has seen the deletes", tombstones, names));
}

void print_partitions(const RepairStatus& status) {
  Table table({"PARTITION", "REPLICA", "VERIFIED", "DIFFERS", "FETCHED", "SENT", "TOMBSTONES", "UNTIL SEEN BY"});
  for (const auto& partition : status.partitions) {
    for (const auto& copy : partition.copies)
      table.add({fmt::to_string(partition.partition), name_of(status, copy.node), ago(copy.verified),
                 copy.differs ? "yes" : "no", bytes_in_words(copy.bytes_fetched), bytes_in_words(copy.bytes_sent),
                 fmt::to_string(partition.tombstones), names_of(status, partition.waits_for)});
  }
  table.print();
}

Json json_age(const RepairStatus::Age& age) { return age ? Json(age->count()) : Json(nullptr); }

void print_json_status(const RepairStatus& status) {
  Json peers = Json::array();
  for (const auto& peer : status.peers)
    peers.push_back({{"node", peer.id},
                     {"name", peer.name},
                     {"reachable", peer.reachable},
                     {"hints_owed", peer.hints_owed},
                     {"owed_for_ms", json_age(peer.owed_for)}});
  Json partitions = Json::array();
  for (const auto& partition : status.partitions) {
    Json copies = Json::array();
    for (const auto& copy : partition.copies)
      copies.push_back({{"node", copy.node},
                        {"verified_ms_ago", json_age(copy.verified)},
                        {"differs", copy.differs},
                        {"bytes_fetched", copy.bytes_fetched},
                        {"bytes_sent", copy.bytes_sent}});
    partitions.push_back({{"partition", partition.partition},
                          {"copies", copies},
                          {"tombstones", partition.tombstones},
                          {"waits_for", partition.waits_for}});
  }
  print_json({{"interval_ms", status.interval.count()},
              {"kept_for_ms", status.kept_for.count()},
              {"rows_pulled", status.rows_pulled},
              {"bytes_pulled", status.bytes_pulled},
              {"bytes_sent", status.bytes_sent},
              {"peers", peers},
              {"partitions", partitions}});
}

/// The cluster's nodes, each asked on its own: what one has verified, another may not have.
class Everybody {
 public:
  api::Result<std::size_t> open(Session& session) {
    api::Result<api::Client*> client = session.client();
    if (!client) return std::unexpected(client.error());
    api::Result<std::vector<api::Member>> members = (*client)->members();
    if (!members) return std::unexpected(members.error());
    for (const api::Member& member : *members) {
      if (!member.in_ring || member.state != "alive") continue;
      api::Result<api::Client> opened = api::Client::open(
          {.nodes = {member.client_address}, .timeout = session.settings.timeout, .fail_fast = true, .name = "kvcli"});
      if (!opened) return std::unexpected(std::move(opened).error());
      clients_.push_back(*std::move(opened));
    }
    return clients_.size();
  }

  api::Result<std::uint32_t> begin(std::optional<std::uint32_t> partition) {
    std::uint32_t most = 0;
    for (api::Client& client : clients_) {
      api::Result<std::uint32_t> begun = client.repair_now(partition);
      if (!begun) return begun;
      most = std::max(most, *begun);
    }
    return most;
  }

  /// Copies that were verified within so long, and all that can be: those of reachable replicas.
  struct Count {
    std::size_t verified{};
    std::size_t all{};
    std::size_t unreachable{};
  };
  api::Result<Count> count(std::optional<std::uint32_t> partition, milliseconds within) {
    Count count;
    for (api::Client& client : clients_) {
      api::Result<RepairStatus> status = client.repair_status();
      if (!status) return std::unexpected(std::move(status).error());
      for (const auto& one : status->partitions)
        if (!partition || one.partition == *partition) add(*status, one, within, count);
    }
    return count;
  }

 private:
  static void add(const RepairStatus& status, const RepairStatus::Partition& partition, milliseconds within,
                  Count& count) {
    for (const auto& copy : partition.copies) {
      const auto peer = std::ranges::find(status.peers, copy.node, &RepairStatus::Peer::id);
      if (peer == status.peers.end() || !peer->reachable) {
        ++count.unreachable;
        continue;
      }
      ++count.all;
      count.verified += copy.verified && *copy.verified <= within ? 1 : 0;
    }
  }

  std::vector<api::Client> clients_;
};

ExitCode tell(const Everybody::Count& count) {
  if (count.unreachable > 0)
    say(fmt::format("{} copies are on nodes that cannot be reached; they are compared when those are back",
                    count.unreachable));
  if (count.verified == count.all) {
    print_line(fmt::format("Verified: {} copies hold the same.", count.all));
    return count.unreachable == 0 ? ExitCode::ok : ExitCode::error;
  }
  say(fmt::format("kvcli: {} of {} copies are not verified yet; it goes on by itself, see 'kvcli repair status'",
                  count.all - count.verified, count.all));
  return ExitCode::timed_out;
}

}  // namespace

ExitCode repair_status(Session& session, const RepairStatusArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  api::Result<RepairStatus> status = (*client)->repair_status();
  if (!status) return report(status.error());
  if (session.settings.format == Format::json) {
    print_json_status(*status);
    return ExitCode::ok;
  }
  if (status->peers.empty()) {
    print_line("This node shares its partitions with no other: there is nothing to compare.");
    return ExitCode::ok;
  }
  print_line(fmt::format("This node compares its {} partitions with their other replicas every {}.",
                         status->partitions.size(), in_words(status->interval)));
  print_line("");
  print_peers(*status);
  print_line("");
  print_line(fmt::format("Since its start {} ago it has fetched {} rows ({}) that it lacked, and sent {} to others.",
                         in_words(status->kept_for), status->rows_pulled, bytes_in_words(status->bytes_pulled),
                         bytes_in_words(status->bytes_sent)));
  print_tombstones(*status);
  if (!arguments.partitions) return ExitCode::ok;
  print_line("");
  print_partitions(*status);
  return ExitCode::ok;
}

ExitCode repair_now(Session& session, const RepairNowArguments& arguments) {
  Everybody everybody;
  if (auto opened = everybody.open(session); !opened) return report(opened.error());
  const Clock::time_point begun = Clock::now();
  if (auto begin = everybody.begin(arguments.partition); !begin) return report(begin.error());
  Progress progress("copies verified");
  Everybody::Count last;
  Clock::time_point moved = Clock::now();
  for (;;) {
    const auto within = std::chrono::duration_cast<milliseconds>(Clock::now() - begun);
    auto count = everybody.count(arguments.partition, within);
    if (!count) {
      progress.clear();
      return report(count.error());
    }
    if (count->verified > last.verified) moved = Clock::now();
    last = *count;
    progress.show(last.verified, last.all);
    if (last.verified == last.all || Clock::now() - moved > arguments.patience) break;
    std::this_thread::sleep_for(ask_again);
  }
  progress.clear();
  return tell(last);
}

}  // namespace starling::cli
