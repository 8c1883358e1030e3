// kvsim: a whole Starling cluster in one thread, from one number. A seed replays itself.

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "sim/trial.hpp"

namespace {

using namespace starling;

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::size_t jobs = 1;
  std::size_t nodes = 5;
  sim::EngineKind engine = sim::EngineKind::memory;
  bool json = false;
};

constexpr std::size_t jobs_max = 64;
/// Which seed each job is at, for the last words when a broken invariant aborts the program.
std::array<std::atomic<std::uint64_t>, jobs_max> under_way{};

void say_last_words(int) {
  for (const auto& seed : under_way) {
    if (seed == 0) continue;
    std::array<char, 64> line{};
    const auto end = fmt::format_to_n(line.data(), line.size(), "kvsim: while running --seed {}\n", seed.load());
    if (write(STDERR_FILENO, line.data(), end.size) < 0) return;
  }
}

std::string replay_command(const Options& options, std::uint64_t seed) {
  return fmt::format("kvsim --seed {} --nodes {}{}", seed, options.nodes,
                     options.engine == sim::EngineKind::sqlite ? " --engine sqlite" : "");
}

nlohmann::json to_json(const sim::TrialResult& result) {
  nlohmann::json violations = nlohmann::json::array();
  for (const auto& violation : result.violations)
    violations.push_back({{"rule", violation.rule}, {"what", violation.what}});
  nlohmann::json faults = nlohmann::json::array();
  for (const auto& [number, fault] : result.faults) faults.push_back(sim::line_of(fault));
  return {{"seed", result.seed},       {"trace", to_hex(result.trace)},
          {"events", result.events},   {"done", result.done},
          {"refused", result.refused}, {"in_doubt", result.in_doubt},
          {"actors", result.actors},   {"faults", faults},
          {"violations", violations},  {"recovered_ms", result.recovered_in / std::chrono::milliseconds(1)}};
}

void print_figures(const sim::TrialResult& result) {
  fmt::print("seed        {}\ntrace hash  {}\nevents      {}\noperations  {} done, {} refused, {} in doubt\n",
             result.seed, to_hex(result.trace), result.events, result.done, result.refused, result.in_doubt);
  fmt::print("faults      {}\nactors      {}\nrecovered   in {} ms of simulated time\n", result.faults.size(),
             result.actors, result.recovered_in / std::chrono::milliseconds(1));
}

void print_violation(const Options& options, const sim::TrialResult& result) {
  for (const auto& violation : result.violations) fmt::print("VIOLATION   {}: {}\n", violation.rule, violation.what);
  fmt::print("faults of seed {}:\n", result.seed);
  for (const auto& [number, fault] : result.faults) fmt::print("  {:3} {}\n", number, sim::line_of(fault));
  fmt::print("the story of key {}:\n{}replay it with: {}\n", result.violations.front().key, result.story,
             replay_command(options, result.seed));
}

void report(const Options& options, const sim::TrialResult& result) {
  if (options.json) {
    fmt::print("{}\n", to_json(result).dump());
    return;
  }
  const bool broken = !result.violations.empty();
  if (options.seeds == 1 || broken) print_figures(result);
  if (broken) print_violation(options, result);
}

struct Totals {
  std::size_t seeds{};
  std::size_t broken{};
  std::uint64_t events{};
  std::size_t done{};
  std::size_t refused{};
  std::size_t in_doubt{};
};

Totals run(const Options& options) {
  std::atomic<std::uint64_t> next{options.seed};
  std::mutex printing;
  Totals totals;
  const auto work = [&](std::size_t job) {
    for (std::uint64_t seed = next++; seed < options.seed + options.seeds; seed = next++) {
      under_way[job] = seed;
      const sim::TrialResult result = sim::run_trial({.seed = seed, .hosts = options.nodes, .engine = options.engine});
      const std::lock_guard lock(printing);
      report(options, result);
      ++totals.seeds;
      totals.broken += result.violations.empty() ? 0 : 1;
      totals.events += result.events;
      totals.done += result.done;
      totals.refused += result.refused;
      totals.in_doubt += result.in_doubt;
    }
    under_way[job] = 0;
  };
  std::vector<std::jthread> threads;
  for (std::size_t job = 1; job < options.jobs; ++job) threads.emplace_back(work, job);
  work(0);
  threads.clear();  // joins
  return totals;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Runs simulated Starling clusters under faults and checks what their clients saw."};
  app.add_option("--seed", options.seed, "the first seed")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seeds", options.seeds, "how many seeds, counting up")->capture_default_str();
  app.add_option("--jobs", options.jobs, "threads")->capture_default_str()->check(CLI::Range(std::size_t{1}, jobs_max));
  app.add_option("--nodes", options.nodes, "nodes of the cluster")->capture_default_str()->check(CLI::Range(1, 100));
  const std::map<std::string, sim::EngineKind> engines{{"memory", sim::EngineKind::memory},
                                                       {"sqlite", sim::EngineKind::sqlite}};
  app.add_option("--engine", options.engine, "what keeps the data: memory, or sqlite on a file system that can fail")
      ->transform(CLI::CheckedTransformer(engines))
      ->option_text("memory|sqlite");
  app.add_flag("--json", options.json, "one JSON object per seed");
  CLI11_PARSE(app, argc, argv);
  signal(SIGABRT, say_last_words);

  const auto began = std::chrono::steady_clock::now();
  const Totals totals = run(options);
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!options.json && options.seeds > 1)
    fmt::print("{} seeds of {} nodes in {:.1f} s: {} events, {} operations done, {} refused, {} in doubt; {} broken\n",
               totals.seeds, options.nodes, took, totals.events, totals.done, totals.refused, totals.in_doubt,
               totals.broken);
  return totals.broken == 0 ? 0 : 1;
}
