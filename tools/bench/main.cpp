#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "bench/flags.hpp"
#include "bench/prepare.hpp"
#include "bench/report.hpp"
#include "bench/run.hpp"
#include "client/error.hpp"

namespace {

using namespace starling;
using namespace starling::bench;

constexpr int failed = 1;
constexpr int misused = 2;
constexpr std::uint32_t floor_batch_max = 64;

int complain(std::string_view words) {
  fmt::print(stderr, "kvbench: {}\n", words);
  return failed;
}

/// In a directory of its own below the one that was named, which is gone afterwards.
Result<tools::FloorReport> floor_in_scratch(tools::FloorPlan plan) {
  std::string scratch = (plan.directory / "kvbench-floor.XXXXXX").string();
  if (!mkdtemp(scratch.data()))
    return fail(ErrorCode::invalid, "no directory can be made in " + plan.directory.string());
  plan.directory = scratch;
  Result<tools::FloorReport> figures = tools::measure_floor(plan);
  std::error_code ignored;  // the figures are good, whatever stays behind
  std::filesystem::remove_all(scratch, ignored);
  return figures;
}

Result<Tally> run(const Plan& plan, api::Client& client, api::RingInfo ring) {
  std::vector<client::HostPort> nodes;
  for (const std::string& node : plan.nodes) nodes.push_back(client::parse_host_port(node).value());
  Ledger ledger(plan.keys, plan.value_bytes);
  if (needs_contexts(plan.workload)) {
    api::Result<std::uint64_t> found = learn_contexts(client, plan, ledger);
    if (!found) return fail(ErrorCode::unavailable, "the scan before the run: " + found.error().message);
    if (*found < plan.keys)
      fmt::print(stderr, "kvbench: {} of {} keys are there; run --workload load first for all\n", *found, plan.keys);
  }
  return Run(plan, std::move(nodes), std::move(ring), ledger).go();
}

int run_and_report(const Asked& asked) {
  api::Result<api::Client> client =
      api::Client::open({.nodes = asked.plan.nodes, .fail_fast = true, .name = "kvbench"});
  if (!client) return complain(client.error().message);
  api::Result<api::RingInfo> ring = client->ring();
  if (!ring) return complain(ring.error().message);
  std::optional<Floor> floor;
  if (ring->assignment.empty()) return complain("this node is in no cluster yet: kvcli cluster init");
  if (!asked.plan.floor_directory.empty()) {
    auto replicas = static_cast<std::uint32_t>(ring->assignment.front().size());
    floor = Floor{{}, replicas, replicas / 2 + 1, asked.floor.batch};
  }
  Result<Tally> tally = run(asked.plan, *client, *std::move(ring));
  if (!tally) return complain(tally.error().message);
  if (floor) {
    Result<tools::FloorReport> figures = floor_in_scratch(asked.floor);
    if (!figures) return complain(figures.error().message);
    floor->figures = *figures;
  }
  print_report(asked.plan, *tally, floor);
  if (!kept_up(*tally)) return complain("less than 95 % of what was offered was done");
  return tally->stale > 0 ? complain("there were stale reads") : 0;
}

int floor_alone(const Asked& asked) {
  Result<tools::FloorReport> figures = floor_in_scratch(asked.floor);
  if (!figures) return complain(figures.error().message);
  print_floor(*figures, asked.plan.json);
  return 0;
}

int forget(const tools::ForgetPlan& plan) {
  const Result<std::uint64_t> forgotten = tools::forget_writes(plan);
  if (!forgotten) return complain(forgotten.error().message);
  fmt::print("{} writes forgotten\n", *forgotten);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Asked asked;
  auto flags = program_flags(asked);
  try {
    flags->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return flags->exit(error, std::cout, std::cerr) == 0 ? 0 : misused;
  }
  if (asked.command == Asked::Command::floor) return floor_alone(asked);
  if (asked.command == Asked::Command::forget) return forget(asked.forget);
  asked.floor.directory = asked.plan.floor_directory;
  asked.floor.keys = asked.plan.keys;
  asked.floor.value_bytes = asked.plan.value_bytes;
  // What the replicas of a busy cluster can commit together: all that is under way.
  asked.floor.batch = std::min(asked.plan.in_flight_max(), floor_batch_max);
  return run_and_report(asked);
}
