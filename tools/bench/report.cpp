#include "bench/report.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace starling::bench {
namespace {

using Json = nlohmann::ordered_json;

double us(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

struct Share {
  std::string_view name;
  double share;
};
constexpr std::array shares{Share{"p50", 0.5}, Share{"p99", 0.99}, Share{"p99.9", 0.999}, Share{"max", 1}};

template <class Visit>
void each_kind(const Tally& tally, Visit visit) {
  for (auto [name, times] : {std::pair{"read", &tally.reads}, std::pair{"write", &tally.writes},
                             std::pair{"read-modify-write", &tally.read_modify_writes}})
    if (times->response.count() > 0) visit(name, *times);
}

std::optional<double> cpu_us_per_operation(const Plan& plan, const Tally& tally) {
  if (plan.cpu_of.empty() || tally.done == 0) return std::nullopt;
  return us(tally.nodes_cpu) / static_cast<double>(tally.done);
}

/// Only where all operations are of one kind does the floor have something to say.
std::optional<double> floor_us_per_operation(const Tally& tally, const std::optional<Floor>& floor) {
  if (!floor) return std::nullopt;
  if (tally.writes.service.count() == tally.done) return floor->figures.put.cpu_us * floor->replicas;
  if (tally.reads.service.count() == tally.done) return floor->figures.get.cpu_us * floor->read_quorum;
  return std::nullopt;
}

Json json_times(const Histogram& histogram) {
  Json json;
  for (const Share& share : shares) json[std::string(share.name) + "_us"] = us(histogram.percentile(share.share));
  return json;
}

Json json_figures(const tools::FloorFigures& figures) {
  Json latency;
  for (std::size_t i = 0; i < shares.size(); ++i) latency[std::string(shares[i].name) + "_us"] = us(figures.latency[i]);
  return {{"cpu_us", figures.cpu_us}, {"per_second", figures.operations_per_second}, {"latency", latency}};
}

Json json_floor(const tools::FloorReport& floor) {
  return {{"put", json_figures(floor.put)},
          {"merge", json_figures(floor.merge)},
          {"get", json_figures(floor.get)},
          {"put_with_tree", json_figures(floor.put_with_tree)},
          {"put_without_tree", json_figures(floor.put_without_tree)},
          {"tree_row", json_figures(floor.tree_row)},
          {"file_bytes", floor.file_bytes}};
}

Json json_report(const Plan& plan, const Tally& tally, const std::optional<Floor>& floor) {
  Json json{{"workload", plan.workload_name},
            {"loop", plan.open_loop() ? "open" : "closed"},
            {"keys", plan.keys},
            {"value_bytes", plan.value_bytes},
            {"connections", plan.connections},
            {"pipeline", plan.pipeline},
            {"seconds", us(tally.elapsed) / 1e6},
            {"offered", tally.offered},
            {"done", tally.done},
            {"per_second", tally.per_second()},
            {"kept_up", kept_up(tally)},
            {"errors", tally.errors},
            {"missing", tally.missing},
            {"siblings", tally.siblings},
            {"siblings_most", tally.siblings_most},
            {"stale_reads", tally.stale},
            {"context_reads", tally.context_reads}};
  each_kind(tally, [&](const std::string& name, const Times& times) {
    json["times"][name] = {{"count", times.response.count()},
                           {"response", json_times(times.response)},
                           {"service", json_times(times.service)}};
  });
  if (auto cpu = cpu_us_per_operation(plan, tally)) json["cpu_us_per_operation"] = *cpu;
  json["bench_cpu_us_per_operation"] = us(tally.own_cpu) / static_cast<double>(std::max<std::uint64_t>(tally.done, 1));
  if (floor) {
    json["floor"] = json_floor(floor->figures);
    json["floor"]["batch"] = floor->batch;
  }
  if (auto base = floor_us_per_operation(tally, floor)) {
    json["floor_us_per_operation"] = *base;
    if (auto cpu = cpu_us_per_operation(plan, tally)) json["times_the_floor"] = *cpu / *base;
  }
  return json;
}

std::string row(const Histogram& histogram) {
  std::string text;
  for (const Share& share : shares) text += fmt::format("{:>11.0f}", us(histogram.percentile(share.share)));
  return text;
}

void print_times(const Tally& tally) {
  fmt::print("\n{:<28}{:>11}{:>11}{:>11}{:>11}\n", "times in µs", "p50", "p99", "p99.9", "max");
  each_kind(tally, [](std::string_view name, const Times& times) {
    fmt::print("{:<28}{}\n", fmt::format("{}, response", name), row(times.response));
    fmt::print("{:<28}{}\n", fmt::format("{}, service", name), row(times.service));
  });
}

void print_findings(const Tally& tally) {
  fmt::print("\nerrors            {}", tally.failed());
  for (const auto& [name, count] : tally.errors) fmt::print("  {} {}", name, count);
  fmt::print("\nstale reads       {}\n", tally.stale);
  fmt::print("siblings          {} answers had some, at most {} values\n", tally.siblings, tally.siblings_most);
  if (tally.missing > 0) fmt::print("missing           {} reads of keys that are not there\n", tally.missing);
  if (tally.context_reads > 0) fmt::print("context reads     {} that an update needed first\n", tally.context_reads);
}

void print_cpu(const Plan& plan, const Tally& tally, const std::optional<Floor>& floor) {
  auto cpu = cpu_us_per_operation(plan, tally);
  auto base = floor_us_per_operation(tally, floor);
  if (cpu) fmt::print("\nCPU of the nodes  {:.1f} µs per operation ({} processes)\n", *cpu, plan.cpu_of.size());
  fmt::print("CPU of kvbench    {:.1f} µs per operation\n",
             us(tally.own_cpu) / static_cast<double>(std::max<std::uint64_t>(tally.done, 1)));
  if (!base) return;
  bool writes = tally.writes.service.count() > 0;
  fmt::print("the floor         {:.1f} µs: {} of the bare engine at {:.2f} µs\n", *base,
             writes ? fmt::format("{} writes, {} to a commit,", floor->replicas, floor->batch)
                    : fmt::format("{} reads", floor->read_quorum),
             writes ? floor->figures.put.cpu_us : floor->figures.get.cpu_us);
  if (cpu) fmt::print("ratio             {:.2f} times the floor\n", *cpu / *base);
}

}  // namespace

bool kept_up(const Tally& tally) {
  return static_cast<double>(tally.done) >= 0.95 * static_cast<double>(tally.offered) && tally.offered > 0;
}

void print_report(const Plan& plan, const Tally& tally, const std::optional<Floor>& floor) {
  if (plan.json) {
    fmt::print("{}\n", json_report(plan, tally, floor).dump(2));
    return;
  }
  fmt::print("workload {}, {} keys of 16 bytes, values of {}, {} connections × {}, {}\n", plan.workload_name, plan.keys,
             plan.value_bytes, plan.connections, plan.pipeline,
             plan.open_loop() ? fmt::format("open loop at {:.0f}/s", plan.rate) : "closed loop");
  fmt::print("done {} of {} offered in {:.1f} s: {:.0f} per second\n", tally.done, tally.offered,
             us(tally.elapsed) / 1e6, tally.per_second());
  print_times(tally);
  print_findings(tally);
  print_cpu(plan, tally, floor);
}

void print_floor(const tools::FloorReport& floor, bool json) {
  if (json) {
    fmt::print("{}\n", json_floor(floor).dump(2));
    return;
  }
  fmt::print("the bare engine   {:>10}{:>12}{:>11}{:>11}{:>11}{:>11}\n", "CPU µs", "per second", "p50 µs", "p99 µs",
             "p99.9 µs", "max µs");
  for (auto [name, figures] :
       {std::pair{"put", floor.put}, std::pair{"merge", floor.merge}, std::pair{"get", floor.get},
        std::pair{"put, with a tree", floor.put_with_tree}, std::pair{"put, without", floor.put_without_tree},
        std::pair{"row of a tree", floor.tree_row}}) {
    fmt::print("{:<18}{:>10.2f}{:>12.0f}", name, figures.cpu_us, figures.operations_per_second);
    for (std::chrono::nanoseconds latency : figures.latency) fmt::print("{:>11.0f}", us(latency));
    fmt::print("\n");
  }
  fmt::print("database          {} MiB\n", floor.file_bytes >> 20);
}

}  // namespace starling::bench
