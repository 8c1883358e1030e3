#include <array>

#include "cli/commands.hpp"
#include "cli/grammar_builder.hpp"

/// How the commands that look at a cluster, found one and change its members are written.
namespace starling::cli {
namespace {

using Kind = api::Change::Kind;

constexpr const char* node_help = "A node: its name, its id, or the HOST:PORT of its peer address";

void add_status(const Builder& build, CLI::App& parent, const std::string& help) {
  auto shown = std::make_shared<StatusArguments>();
  build.command<StatusArguments>(parent, "status", help, shown, status)
      ->add_flag("--wait", shown->wait, "First wait until no change of the ring is under way, and show how it goes");
}

std::shared_ptr<ChangeArguments> change_of(Kind kind) {
  auto arguments = std::make_shared<ChangeArguments>();
  arguments->change.kind = kind;
  return arguments;
}

CLI::App* add_change(const Builder& build, CLI::App& cluster, const std::string& name, const std::string& help,
                     const std::shared_ptr<ChangeArguments>& arguments) {
  CLI::App* command = build.command<ChangeArguments>(cluster, name, help, arguments, change_ring);
  CLI::Option* wait =
      command->add_flag("--wait", arguments->wait, "Wait until the ring is settled again, and show how it goes");
  if (arguments->change.kind != Kind::abort)
    command->add_flag("--dry-run", arguments->change.dry_run, "Only show what would move, from where to where")
        ->excludes(wait);
  return command;
}

void add_nodes(CLI::App* command, ChangeArguments& arguments) {
  command->add_option("node", arguments.change.nodes, node_help)->required();
}

void add_replaced(CLI::App* command, const std::shared_ptr<ChangeArguments>& arguments) {
  arguments->change.nodes.resize(2);
  command->add_option("old", arguments->change.nodes[0], "The node that goes, dead or alive")->required();
  command->add_option("new", arguments->change.nodes[1], "The node that takes its place, in no cluster yet")
      ->required();
}

CLI::Option* add_planned(CLI::App* plan, const std::string& flag, const std::string& help, Kind kind,
                         const std::shared_ptr<ChangeArguments>& arguments) {
  CLI::Option* option = plan->add_option_function<std::vector<std::string>>(
      flag,
      [arguments, kind](const std::vector<std::string>& nodes) {
        arguments->change.kind = kind;
        arguments->change.nodes = nodes;
      },
      help);
  return option->type_name("NODE")->delimiter(',');
}

void add_plan(const Builder& build, CLI::App& cluster) {
  auto planned = change_of(Kind::rebalance);
  planned->change.dry_run = true;
  CLI::App* plan = build.command<ChangeArguments>(
      cluster, "plan", "Show what a change would move; of none: what is out of balance", planned, change_ring);
  const std::array options{
      add_planned(plan, "--join", "If these nodes joined", Kind::join, planned)->expected(1, -1),
      add_planned(plan, "--leave", "If these members left", Kind::leave, planned)->expected(1, -1),
      add_planned(plan, "--remove", "If these dead members were removed", Kind::remove, planned)->expected(1, -1),
      add_planned(plan, "--replace", "If the second took the place of the first", Kind::replace, planned)->expected(2)};
  for (CLI::Option* one : options)
    for (CLI::Option* other : options)
      if (one != other) one->excludes(other);
}

void add_changes(const Builder& build, CLI::App& cluster) {
  add_plan(build, cluster);
  auto joined = change_of(Kind::join);
  add_nodes(add_change(build, cluster, "join", "Take nodes in; they get their share of the partitions", joined),
            *joined);
  auto left = change_of(Kind::leave);
  add_nodes(add_change(build, cluster, "leave", "Have members hand over all they own, and go", left), *left);
  auto removed = change_of(Kind::remove);
  CLI::App* remove = add_change(build, cluster, "remove", "Give what dead members owned to the others", removed);
  add_nodes(remove, *removed);
  remove->add_flag("--force", removed->change.force,
                   "After the loss of a majority of the members: the others go on as a cluster of their own");
  remove->add_flag("--yes", removed->yes, "Do not ask, whatever --force may lose");
  auto replaced = change_of(Kind::replace);
  add_replaced(add_change(build, cluster, "replace", "Put a new node in the place of another", replaced), replaced);
  add_change(build, cluster, "abort", "Take back the change that is under way, while nobody reads by it",
             change_of(Kind::abort));
}

}  // namespace

void add_cluster_commands(const Builder& build) {
  Session& session = build.session;
  add_status(build, build.app, "Tell whether all is well and, if not, what to do");
  auto shown = std::make_shared<RingArguments>();
  CLI::App* add_ring = build.command<RingArguments>(build.app, "ring", "Show who owns what", shown, ring);
  add_ring->add_option("--key", shown->key, "Only where this key lives");
  add_ring->add_flag("--partitions", shown->partitions, "Every partition with its replicas");

  CLI::App* cluster =
      build.app.add_subcommand("cluster", "Found a cluster, look at it, change its members")->fallthrough();
  require_command(*cluster);
  auto peers = std::make_shared<std::vector<std::string>>();
  build
      .command(*cluster, "init", "Found a cluster of these nodes: all of them accept, or nothing happens",
               [&session, peers] { return cluster_init(session, *peers); })
      ->add_option("node", *peers, "Peer addresses, HOST:PORT, of all first members")
      ->required();
  add_status(build, *cluster, "The same as 'status'");
  add_changes(build, *cluster);
}

}  // namespace starling::cli
