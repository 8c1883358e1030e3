#include "cli/change_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/words.hpp"
#include "cli/member_words.hpp"

namespace starling::cli {
namespace {

using api::ChangeReport;
using api::ChangeStatus;

/// Many nodes exchange partitions with many others: the rest is in the JSON.
constexpr std::size_t moves_shown = 40;

std::string title_of(const ChangeReport& report, const std::string& id) {
  if (id.empty()) return "-";
  const auto load = std::ranges::find(report.loads, id, &ChangeReport::Load::id);
  return load == report.loads.end() || load->name.empty() ? id : load->name;
}

/// Where nobody comes nothing has to be sent.
std::string bytes_of(const ChangeReport::Move& move) {
  if (move.to.empty()) return "-";
  return move.bytes ? bytes_in_words(*move.bytes) : "unknown";
}

void print_moves(const ChangeReport& report) {
  std::vector<ChangeReport::Move> moves = report.moves;
  std::ranges::sort(moves, [](const auto& a, const auto& b) {
    return std::tie(b.partitions, a.from, a.to) < std::tie(a.partitions, b.from, b.to);
  });
  Table table({"FROM", "TO", "PARTITIONS", "BYTES, ABOUT"});
  for (std::size_t i = 0; i < std::min(moves.size(), moves_shown); ++i)
    table.add({title_of(report, moves[i].from), title_of(report, moves[i].to), fmt::to_string(moves[i].partitions),
               bytes_of(moves[i])});
  table.print();
  if (moves.size() > moves_shown)
    print_line(fmt::format("and {} more; --format json has all", moves.size() - moves_shown));
}

void print_loads(const ChangeReport& report) {
  Table table({"NODE", "ZONE", "PARTITIONS NOW", "AFTERWARDS", "ID"});
  for (const auto& load : report.loads)
    table.add({load.name.empty() ? load.id : load.name, load.zone.empty() ? "-" : load.zone,
               fmt::to_string(load.before), fmt::to_string(load.after), load.id});
  table.print();
}

/// ", about 1.2 GB".
std::string bytes_of(const ChangeReport& report) {
  std::uint64_t bytes = 0;
  for (const auto& move : report.moves) {
    if (!move.bytes) return ", nobody knows how many bytes";
    if (!move.to.empty()) bytes += *move.bytes;
  }
  return ", about " + bytes_in_words(bytes);
}

/// "85 to 86", over those who have any.
std::string spread(const ChangeReport& report, std::uint32_t ChangeReport::Load::* load) {
  std::vector<std::uint32_t> loads;
  for (const auto& one : report.loads)
    if (one.*load > 0) loads.push_back(one.*load);
  if (loads.empty()) return "none";
  const auto [least, most] = std::ranges::minmax(loads);
  return least == most ? fmt::to_string(most) : fmt::format("{} to {}", least, most);
}

/// "12 of 64", rows, bytes, on average per second since the stage began, and what keeps it.
std::vector<std::string> row_of(const ChangeStatus::Newcomer& newcomer, const api::Status& status) {
  const auto seconds = std::max<std::int64_t>(1, status.change->since / std::chrono::seconds(1));
  const std::string state = newcomer.silent              ? "has not reported yet"
                            : newcomer.waits_for.empty() ? ""
                                                         : "waits for " + names_of(status.members, newcomer.waits_for);
  return {name_of(status.members, newcomer.id),
          fmt::format("{} of {}", newcomer.arrived, newcomer.arrived + newcomer.arriving),
          fmt::to_string(newcomer.rows),
          bytes_in_words(newcomer.bytes),
          bytes_in_words(newcomer.bytes / static_cast<std::uint64_t>(seconds)) + "/s",
          state};
}

/// Those that have all of their partitions are only counted.
void print_newcomers(const api::Status& status) {
  Table table({"NEWCOMER", "ARRIVED", "ROWS", "BYTES", "ON AVERAGE", ""});
  std::size_t complete = 0;
  for (const auto& newcomer : status.change->newcomers) {
    const bool whole = newcomer.arriving == 0 && !newcomer.silent;
    complete += whole ? 1 : 0;
    if (!whole) table.add(row_of(newcomer, status));
  }
  if (complete < status.change->newcomers.size()) {
    print_line("");
    table.print();
  }
  if (complete > 0)
    print_line(
        fmt::format("{} of {} newcomers have all of their partitions.", complete, status.change->newcomers.size()));
}

}  // namespace

void print_report(const ChangeReport& report) {
  if (report.moving == 0) {
    print_line("Nothing moves.");
  } else {
    print_line(fmt::format("{} replicas of partitions move{}; with these members at least {} have to.", report.moving,
                           bytes_of(report), report.moves_least));
    tell_further_changes(report);
    print_line("");
    print_moves(report);
  }
  print_line("");
  print_loads(report);
  print_line("");
  print_line(fmt::format("Partitions per node: {} now, {} afterwards.", spread(report, &ChangeReport::Load::before),
                         spread(report, &ChangeReport::Load::after)));
  print_line(fmt::format("Zones that the replicas of a partition are in, at least: {} now, {} afterwards.",
                         report.zones_before, report.zones_after));
}

void tell_further_changes(const ChangeReport& report) {
  if (report.further_changes > 0)
    print_line(
        fmt::format("That takes {} changes, which follow each other by themselves: in each at most one replica "
                    "of a partition moves.",
                    report.further_changes + 1));
}

Json json_report(const ChangeReport& report) {
  Json moves = Json::array();
  for (const auto& move : report.moves)
    moves.push_back({{"from", move.from},
                     {"to", move.to},
                     {"partitions", move.partitions},
                     {"bytes", move.bytes ? Json(*move.bytes) : Json()}});
  Json loads = Json::array();
  for (const auto& load : report.loads)
    loads.push_back(
        {{"node", load.id}, {"name", load.name}, {"zone", load.zone}, {"before", load.before}, {"after", load.after}});
  return {{"epoch", report.epoch},
          {"moving", report.moving},
          {"moves_least", report.moves_least},
          {"further_changes", report.further_changes},
          {"zones_before", report.zones_before},
          {"zones_after", report.zones_after},
          {"moves", moves},
          {"loads", loads},
          {"may_be_lost", report.may_be_lost}};
}

std::string stage_in_words(const std::string& stage) {
  if (stage == "read_old") return "1 of 2: writes go to both, reads to the old owners";
  if (stage == "read_new") return "2 of 2: writes go to both, reads to the new owners";
  return stage;
}

void print_change(const api::Status& status) {
  if (status.change) {
    const ChangeStatus& change = *status.change;
    print_line("");
    print_line(fmt::format("The ring is changing, {} partitions move. Stage {}, for {}.", change.moving,
                           stage_in_words(change.stage), in_words(change.since)));
    if (!change.joining.empty()) print_line("Joining: " + names_of(status.members, change.joining));
    if (!change.leaving.empty()) print_line("Leaving: " + names_of(status.members, change.leaving));
    print_newcomers(status);
  }
  if (status.waiting.empty()) return;
  print_line("");
  Table table({"WAITS TO JOIN", "PEERS AT", "ID"});
  for (const auto& joiner : status.waiting) table.add({joiner.name, joiner.peer_address, joiner.id});
  table.print();
}

Json json_change(const ChangeStatus& change) {
  Json newcomers = Json::array();
  for (const auto& newcomer : change.newcomers)
    newcomers.push_back({{"node", newcomer.id},
                         {"arriving", newcomer.arriving},
                         {"arrived", newcomer.arrived},
                         {"rows", newcomer.rows},
                         {"bytes", newcomer.bytes},
                         {"waits_for", newcomer.waits_for},
                         {"silent", newcomer.silent}});
  return {{"stage", change.stage},     {"moving", change.moving},   {"since_ms", change.since.count()},
          {"joining", change.joining}, {"leaving", change.leaving}, {"newcomers", newcomers}};
}

Json json_waiting(const std::vector<api::WaitingJoiner>& waiting) {
  Json joiners = Json::array();
  for (const auto& joiner : waiting)
    joiners.push_back({{"node", joiner.id}, {"name", joiner.name}, {"peer", joiner.peer_address}});
  return joiners;
}

}  // namespace starling::cli
