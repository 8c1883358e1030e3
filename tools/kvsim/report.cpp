#include "kvsim/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/ids.hpp"

namespace starling::kvsim {

namespace {

using nlohmann::json;

json counts_of(const auto& faults) {
  json counts = json::object();
  for (const auto& [kind, count] : faults) counts[std::string(sim::name_of(kind))] = count;
  return counts;
}

json to_json(const Plan& plan, const sim::TrialResult& result) {
  json object{{"seed", result.seed},
              {"trace", to_hex(result.trace)},
              {"events", result.events},
              {"done", result.done},
              {"refused", result.refused},
              {"in_doubt", result.in_doubt},
              {"stood_in", result.stood_in},
              {"actors", result.actors},
              {"epoch", result.epoch.value},
              {"faults", counts_of(result.faults_by_kind)},
              {"simulated_ms", result.simulated / std::chrono::milliseconds(1)},
              {"recovered_ms", result.recovered_in / std::chrono::milliseconds(1)},
              {"violations", json::array()}};
  for (const auto& violation : result.violations)
    object["violations"].push_back({{"rule", violation.rule}, {"what", violation.what}});
  if (!result.violations.empty()) object["replay"] = replay_command(plan, plan.trial(result.seed));
  return object;
}

json to_json(const Plan& plan, const Totals& totals, std::chrono::duration<double> took) {
  json object{
      {"seeds", totals.seeds},          {"nodes", plan.nodes},         {"broken", totals.broken},
      {"repeated", totals.repeated},    {"seconds", took.count()},     {"simulated_hours", totals.simulated_hours()},
      {"events", totals.events},        {"done", totals.done},         {"refused", totals.refused},
      {"in_doubt", totals.in_doubt},    {"stood_in", totals.stood_in}, {"faults", counts_of(totals.faults)},
      {"violations", totals.violations}};
  if (plan.mutant) object["mutant"] = plan.mutant->name;
  return object;
}

void print_figures(const sim::TrialResult& result) {
  fmt::print("seed        {}\ntrace hash  {}\nevents      {}\noperations  {} done, {} refused, {} in doubt\n",
             result.seed, to_hex(result.trace), result.events, result.done, result.refused, result.in_doubt);
  fmt::print("faults      {}\nactors      {}\nepoch       {}\nsimulated   {:.1f} s, of which {:.1f} s to recover\n",
             result.faults.size(), result.actors, result.epoch.value,
             std::chrono::duration<double>(result.simulated).count(),
             std::chrono::duration<double>(result.recovered_in).count());
}

std::string never_drawn(const Totals& totals) {
  std::string names;
  for (std::size_t i = 0; i < sim::fault_kinds; ++i)
    if (const auto kind = static_cast<sim::FaultKind>(i); !totals.faults.contains(kind))
      names += fmt::format("{}{}", names.empty() ? "" : ", ", sim::name_of(kind));
  return names;
}

}  // namespace

std::string words_of(const std::map<sim::FaultKind, std::uint64_t>& faults) {
  std::vector<std::pair<sim::FaultKind, std::uint64_t>> sorted(faults.begin(), faults.end());
  std::ranges::sort(sorted, std::greater(), [](const auto& entry) { return std::pair(entry.second, entry.first); });
  std::string words;
  for (const auto& [kind, count] : sorted)
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", sim::name_of(kind), count);
  return words.empty() ? "no faults" : words;
}

void print_result(const Plan& plan, const sim::TrialResult& result) {
  if (plan.json) return fmt::print("{}\n", to_json(plan, result).dump());
  if (plan.seeds == 1 || !result.violations.empty()) print_figures(result);
  if (!result.violations.empty()) print_story(plan, plan.trial(result.seed), result);
}

void print_story(const Plan& plan, const sim::TrialConfig& trial, const sim::TrialResult& result) {
  for (const auto& violation : result.violations) fmt::print("VIOLATION   {}: {}\n", violation.rule, violation.what);
  fmt::print("the faults of seed {}, by their numbers:\n", result.seed);
  for (const auto& [number, fault] : result.faults) fmt::print("  {:3} {}\n", number, sim::line_of(fault));
  if (result.faults.empty()) fmt::print("  none\n");
  fmt::print("the story of key {}:\n{}replay it with: {}\n", result.violations.front().key, result.story,
             replay_command(plan, trial));
}

void print_totals(const Plan& plan, const Totals& totals, std::chrono::duration<double> took) {
  if (plan.json) return fmt::print("{}\n", to_json(plan, totals, took).dump());
  std::uint64_t faults = 0;
  for (const auto& [kind, count] : totals.faults) faults += count;
  fmt::print("seeds       {} of {} nodes in {:.1f} s, {} broken\n", totals.seeds, plan.nodes, took.count(),
             totals.broken);
  for (const auto& [rule, count] : totals.violations) fmt::print("violations  {}: {}\n", rule, count);
  fmt::print("run twice   {}\nsimulated   {:.2f} hours, {} events\n", totals.repeated, totals.simulated_hours(),
             totals.events);
  fmt::print("operations  {}: {} done ({} with stand-ins), {} refused, {} in doubt\n", totals.operations(), totals.done,
             totals.stood_in, totals.refused, totals.in_doubt);
  fmt::print("faults      {}: {}\n", faults, words_of(totals.faults));
  if (const std::string names = never_drawn(totals); !names.empty()) fmt::print("never drawn {}\n", names);
}

void print_mutants() {
  for (const sim::Mutant& mutant : sim::mutants()) fmt::print("{:26} {}\n", mutant.name, mutant.what);
}

}  // namespace starling::kvsim
