#include "bench/flags.hpp"

#include "common_flags.hpp"

namespace starling::bench {
namespace {

const std::map<std::string, Workload> workloads{
    {"load", Workload::load}, {"put", Workload::put}, {"get", Workload::get}, {"a", Workload::a},
    {"b", Workload::b},       {"c", Workload::c},     {"d", Workload::d},     {"f", Workload::f}};

constexpr const char* footer = R"(
Workloads:
  load  every key once, in order                a  half reads, half updates
  put   overwrites of uniformly chosen keys     b  95 % reads, 5 % updates
  get   reads of uniformly chosen keys          c  reads
  d     95 % reads of the latest, 5 % inserts   f  half reads, half read-modify-writes
a, b, c and f choose keys by a Zipfian distribution, as YCSB does. put, a and b first scan the keys
to learn their contexts, so that updates replace what is there. Load before you run the others.

Response times count from when an operation should have begun, service times from when it was sent;
in an open loop (--rate) the difference is the queue that a slow cluster builds up. Arrivals come
in steps of a millisecond. A stale read showed only values older than a write acknowledged before it began.

Exits with 1 if less than 95 % of what was offered was done, or if a read was stale.

Examples:
  kvbench --nodes 127.0.0.1:4701,127.0.0.1:4711 --workload load --keys 100000 --closed
  kvbench --workload put --time 30s --rate 5000 --cpu-of 4242,4243,4244 --floor /var/tmp
  kvbench --workload a --operations 500000 --connections 16 --pipeline 4 --closed --json
  kvbench floor --dir /var/tmp --keys 1000000)";

void add_what(CLI::App& app, Plan& plan) {
  app.add_option("--nodes", plan.nodes, "Client addresses; connections are spread evenly over them")
      ->delimiter(',')
      ->envname("STARLING_NODE")
      ->option_text("HOST:PORT,... [127.0.0.1:4701]");
  app.add_option("--workload", plan.workload_name, "What to do; see below")
      ->check(CLI::IsMember(workloads))
      ->option_text("load|put|get|a|b|c|d|f");
  app.add_option("--operations", plan.operations, "Stop after so many; --workload load needs none: each key once");
  tools::add_duration(app, "--time", plan.time, "Stop after so long, like 30s")->option_text("TIME");
  app.add_option("--keys", plan.keys, "How many keys there are")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--value-size", plan.value_bytes, "Bytes of a value; stale reads are told from 8 on")
      ->check(CLI::Range(0, 8 << 20))
      ->capture_default_str();
  app.add_option("--bucket", plan.bucket, "The bucket of the keys; the default one if left out");
  app.add_option("--seed", plan.seed, "The same seed draws the same keys")->capture_default_str();
}

void add_how(CLI::App& app, Plan& plan) {
  app.add_option("--connections", plan.connections, "Over all nodes")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--pipeline", plan.pipeline, "Operations under way per connection")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  CLI::Option* rate =
      app.add_option("--rate", plan.rate, "Offer so many per second, whatever the answers do (open loop)")
          ->check(CLI::PositiveNumber);
  app.add_flag("--closed", plan.closed, "Begin the next when one ends (closed loop)")->excludes(rate);
  tools::add_duration(app, "--timeout", plan.timeout, "Of one request")->option_text("TIME [5s]");
  app.add_option_function<std::string>(
         "-r", [&plan](const std::string& word) { plan.r = tools::level_of(word); }, "one, quorum, all or a number")
      ->type_name("R");
  app.add_option_function<std::string>(
         "-w", [&plan](const std::string& word) { plan.w = tools::level_of(word); }, "one, quorum, all or a number")
      ->type_name("W");
  app.add_option("--cpu-of", plan.cpu_of, "Process ids of the nodes: tells the CPU time that an operation takes there")
      ->delimiter(',')
      ->option_text("PID,...");
  app.add_option("--floor", plan.floor_directory,
                 "Afterwards measure the bare engine below this directory, and print the ratio to it")
      ->option_text("DIR");
  app.add_flag("--json", plan.json, "One JSON document instead of a table");
}

/// What CLI11 cannot say of single flags.
void check_plan(Plan& plan) {
  if (plan.workload_name.empty()) throw CLI::RequiredError("--workload");
  plan.workload = workloads.at(plan.workload_name);
  if (!plan.closed && !plan.open_loop()) throw CLI::RequiredError("--rate R or --closed");
  if (plan.in_flight_max() > 65'000) throw CLI::ValidationError("--connections times --pipeline is at most 65000");
  if (plan.operations == 0 && plan.workload == Workload::load) plan.operations = plan.keys;
  if (plan.operations == 0 && plan.time.count() == 0) throw CLI::RequiredError("--operations N or --time T");
}

void add_floor(CLI::App& app, Asked& asked) {
  CLI::App* floor = app.add_subcommand("floor", "Measure the bare storage engine, without a cluster");
  floor->add_option("--dir", asked.floor.directory, "An existing directory, for a database that is removed afterwards")
      ->required()
      ->option_text("DIR");
  floor->add_option("--keys", asked.floor.keys, "Rows in the store")->check(CLI::PositiveNumber)->capture_default_str();
  floor->add_option("--value-size", asked.floor.value_bytes, "Bytes of a value")->capture_default_str();
  floor->add_option("--operations", asked.floor.operations, "Of each kind")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  floor->add_option("--batch", asked.floor.batch, "Commands in one commit")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  floor->add_flag("--json", asked.plan.json, "One JSON document instead of a table");
  floor->callback([&asked] { asked.command = Asked::Command::floor; });
}

const std::map<std::string, tools::ForgetPlan::Form> forms{{"outage", tools::ForgetPlan::Form::outage},
                                                           {"scattered", tools::ForgetPlan::Form::scattered}};

void add_forget(CLI::App& app, Asked& asked) {
  CLI::App* forget = app.add_subcommand(
      "forget", "Make a stopped node's data what it were if the node had missed some writes, to measure how it heals");
  forget->add_option("--dir", asked.forget.directory, "The node's data directory, which is CHANGED")
      ->required()
      ->check(CLI::ExistingDirectory)
      ->option_text("DIR");
  forget->add_option("--writes", asked.forget.writes, "How many")->required();
  forget->add_option("--form", asked.forget.form, "The newest, as in one outage, or any")
      ->transform(CLI::CheckedTransformer(forms))
      ->option_text("outage|scattered");
  forget->add_option("--partitions", asked.forget.partitions, "Of the cluster")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  forget->callback([&asked] { asked.command = Asked::Command::forget; });
}

}  // namespace

std::unique_ptr<CLI::App> program_flags(Asked& asked) {
  auto app = std::make_unique<CLI::App>("Measures a Starling cluster: throughput, times, errors, stale reads, CPU.",
                                        "kvbench");
  add_what(*app, asked.plan);
  add_how(*app, asked.plan);
  add_floor(*app, asked);
  add_forget(*app, asked);
  app->callback([&asked] {
    if (asked.command == Asked::Command::run) check_plan(asked.plan);
  });
  app->footer(footer);
  return app;
}

}  // namespace starling::bench
