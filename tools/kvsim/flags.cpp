#include "kvsim/flags.hpp"

#include <fmt/format.h>

#include <charconv>

namespace starling::kvsim {

namespace {

constexpr const char* footer =
    "A seed decides everything: the same seed is the same run, with every compiler. Exit status: 0 if all\n"
    "promises were kept, 1 if one was broken, 2 for wrong usage. More in docs/simulator.md.";

const sim::Mutant* mutant_of(const std::string& name) {
  if (const sim::Mutant* mutant = sim::find_mutant(name)) return mutant;
  throw CLI::ValidationError(fmt::format("there is no bug '{}'; see --list-mutants", name));
}

std::set<std::size_t> numbers_of(const std::vector<std::string>& words) {
  std::set<std::size_t> numbers;
  for (const std::string& word : words) {
    if (word == "none") continue;
    std::size_t number = 0;
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (wrong != std::errc() || end != word.data() + word.size())
      throw CLI::ValidationError(fmt::format("'{}' is not the number of a fault", word));
    numbers.insert(number);
  }
  return numbers;
}

void add_what(CLI::App& app, Plan& plan) {
  app.add_option("--seed", plan.seed, "The (first) seed")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seeds", plan.seeds, "How many, counting up")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--nodes", plan.nodes, "Nodes of the cluster")->capture_default_str()->check(CLI::Range(1, 100));
  const std::map<std::string, sim::EngineKind> engines{{"memory", sim::EngineKind::memory},
                                                       {"sqlite", sim::EngineKind::sqlite}};
  app.add_option("--engine", plan.engine, "What keeps the data: memory, or sqlite on a file system that can fail")
      ->transform(CLI::CheckedTransformer(engines))
      ->option_text("memory|sqlite");
  const std::map<std::string, sim::RingChanges> changes{
      {"by-seed", sim::RingChanges::by_seed}, {"never", sim::RingChanges::never}, {"always", sim::RingChanges::always}};
  app.add_option("--ring-changes", plan.ring_changes, "Whether nodes join and leave meanwhile: in some seeds they do")
      ->transform(CLI::CheckedTransformer(changes))
      ->option_text("by-seed|never|always");
  app.add_option_function<std::string>(
         "--mutant", [&plan](const std::string& name) { plan.mutant = mutant_of(name); },
         "Plant this bug in the nodes, to see it found")
      ->option_text("NAME");
  app.add_option_function<std::vector<std::string>>(
         "--only", [&plan](const std::vector<std::string>& words) { plan.only = numbers_of(words); },
         "Of the faults that the seed draws, only these happen")
      ->delimiter(',')
      ->option_text("NUMBER,...|none");
  const std::map<std::string, std::uint64_t> units{{"ms", 1}, {"s", 1000}};
  app.add_option_function<std::uint64_t>(
         "--stop-after", [&plan](const std::uint64_t& ms) { plan.stop_after = std::chrono::milliseconds(ms); },
         "Heal the cluster after so much simulated time")
      ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED))
      ->option_text("TIME");
}

}  // namespace

std::unique_ptr<CLI::App> program_flags(Plan& plan) {
  auto app = std::make_unique<CLI::App>(
      "Runs simulated Starling clusters under faults, and checks every promise on what their clients saw.", "kvsim");
  add_what(*app, plan);
  const std::size_t jobs_max = 64;
  auto* jobs = app->add_option("--jobs", plan.jobs, "Threads")->capture_default_str()->check(CLI::Range(1UL, jobs_max));
  app->add_flag("--minimize", plan.minimize,
                "Leave out faults, and cut the run short, as far as the (first) failure stays; tell the shortest story")
      ->excludes(jobs);
  app->add_flag("--list-mutants", plan.list_mutants, "The bugs that can be planted");
  app->add_flag("--json", plan.json, "One JSON object for each seed, and one for all");
  app->footer(footer);
  return app;
}

}  // namespace starling::kvsim
