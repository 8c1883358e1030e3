#include "cli/grammar.hpp"

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/grammar_builder.hpp"
#include "cli/output.hpp"
#include "cli/shell.hpp"
#include "common_flags.hpp"

namespace starling::cli {
namespace {

void add_write_flags(CLI::App* command, WriteArguments& arguments) {
  CLI::Option* context = command->add_option("--context", arguments.context,
                                             "Replace just what this context of an earlier read has seen (base64)");
  command->add_flag("--blind", arguments.blind, "Look at nothing: write beside what is there")->excludes(context);
}

void add_sloppy_flag(CLI::App* command, WriteArguments& arguments) {
  command->add_flag("--sloppy", arguments.sloppy,
                    "Where too few replicas can be reached, let other nodes keep it for them");
}

void add_key_commands(const Builder& build) {
  auto key = std::make_shared<std::string>();
  build.command<std::string>(build.app, "get", "Print a key's value", key, get)
      ->add_option("key", *key, "The key")
      ->required();
  build.command<std::string>(build.app, "exists", "Tell whether a key is there", key, exists)
      ->add_option("key", *key, "The key")
      ->required();
  build.command<std::string>(build.app, "siblings", "Show the concurrent values of a key", key, siblings)
      ->add_option("key", *key, "The key")
      ->required();

  auto written = std::make_shared<WriteArguments>();
  CLI::App* add_put = build.command<WriteArguments>(
      build.app, "put", "Write a key, in place of what a read finds there now", written, put);
  add_put->add_option("key", written->key, "The key")->required();
  add_put->add_option("value", written->value, "The value; '-' reads it from standard input")->required();
  add_write_flags(add_put, *written);
  add_sloppy_flag(add_put, *written);
  CLI::App* add_remove = build.command<WriteArguments>(build.app, "delete", "Delete a key", written, remove);
  add_remove->add_option("key", written->key, "The key")->required();
  add_remove->add_option("--context", written->context, "Delete just what this context has seen (base64)");
  add_sloppy_flag(add_remove, *written);

  auto resolved = std::make_shared<ResolveArguments>();
  CLI::App* add_resolve = build.command<ResolveArguments>(
      build.app, "resolve", "Replace all concurrent values of a key by one", resolved, resolve);
  add_resolve->add_option("key", resolved->key, "The key")->required();
  CLI::Option* value = add_resolve->add_option("value", resolved->value, "The value; '-' reads it from standard input");
  add_resolve->add_option("--pick", resolved->pick, "Keep the N-th of 'siblings'")
      ->check(CLI::PositiveNumber)
      ->excludes(value)
      ->type_name("N");
}

void add_many_key_commands(const Builder& build) {
  auto listed = std::make_shared<ListArguments>();
  CLI::App* add_list = build.command<ListArguments>(build.app, "list", "List the keys of a bucket", listed, list);
  add_list->add_option("--prefix", listed->prefix, "Only keys that begin so");
  add_list->add_option("--limit", listed->limit, "At most so many");
  add_list->add_flag("--values", listed->values, "Print the values too");

  auto words = std::make_shared<std::vector<std::string>>();
  auto blind = std::make_shared<bool>();
  Session& session = build.session;
  build.command(build.app, "mget", "Print many keys' values", [&session, words] { return mget(session, *words); })
      ->add_option("key", *words, "Keys; '-' reads one from each line of standard input")
      ->required();
  CLI::App* add_mput = build.command(build.app, "mput", "Write many keys",
                                     [&session, words, blind] { return mput(session, *words, *blind); });
  add_mput->add_option("key_value", *words, "KEY VALUE ...; '-' reads lines of KEY, tab, VALUE from standard input")
      ->required();
  add_mput->add_flag("--blind", *blind, "Look at nothing: write beside what is there");
}

void add_repair_commands(const Builder& build) {
  CLI::App* repair = build.app.add_subcommand("repair", "See how replicas heal, or hurry them")->fallthrough();
  require_command(*repair);
  auto shown = std::make_shared<RepairStatusArguments>();
  build
      .command<RepairStatusArguments>(
          *repair, "status", "When each replica was last verified, and what is owed to whom", shown, repair_status)
      ->add_flag("--partitions", shown->partitions, "Every partition");
  auto hurried = std::make_shared<RepairNowArguments>();
  CLI::App* now = build.command<RepairNowArguments>(
      *repair, "now", "Have all nodes compare their replicas now, and wait for it", hurried, repair_now);
  CLI::Option* one = now->add_option("--partition", hurried->partition, "Only this one")->type_name("P");
  now->add_flag("--all", hurried->all, "All partitions, as without --partition")->excludes(one);
}

const std::map<std::string, Format> formats{{"table", Format::table}, {"json", Format::json}, {"raw", Format::raw}};

void add_settings(CLI::App& app, Settings& settings) {
  app.add_option("-n,--node", settings.nodes, "Client address of one or more nodes to begin with")
      ->option_text("HOST:PORT[,...] [127.0.0.1:4701, or $STARLING_NODE]")
      ->delimiter(',')
      ->envname("STARLING_NODE")
      ->default_val(std::vector<std::string>{"127.0.0.1:4701"})
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("-f,--format", settings.format, "table for people, json for programs, raw for bare values")
      ->transform(CLI::CheckedTransformer(formats))
      ->option_text("table|json|raw");
  tools::add_duration(app, "-t,--timeout", settings.timeout, "How long to try, like 500ms or 5s")
      ->option_text("TIME [5s]");
  app.add_option("-b,--bucket", settings.bucket, "The bucket of all keys named; the default one if left out");
  app.add_option_function<std::string>(
         "-r", [&settings](const std::string& word) { settings.r = tools::level_of(word); },
         "How many replicas must answer a read: one, quorum, all or a number")
      ->type_name("R");
  app.add_option_function<std::string>(
         "-w", [&settings](const std::string& word) { settings.w = tools::level_of(word); },
         "How many replicas must have a write: one, quorum, all or a number")
      ->type_name("W");
}

void add_commands(const Builder& build) {
  add_key_commands(build);
  add_many_key_commands(build);
  add_cluster_commands(build);
  add_repair_commands(build);
}

constexpr const char* footer = R"(
Values go to standard output, words to standard error. Exit codes:
  0 ok            1 error         2 usage         3 not found
  4 siblings      5 no quorum     6 timed out     7 denied

Examples:
  kvcli put greeting hello
  kvcli get greeting
  kvcli --format json get greeting
  echo -n "$BYTES" | kvcli put picture -
  kvcli list --prefix user: --values
  kvcli -n 10.0.0.1:4701,10.0.0.2:4701 -w all put config on
  kvcli cluster init 10.0.0.1:4702 10.0.0.2:4702 10.0.0.3:4702
  kvcli cluster join node4 --dry-run
  kvcli cluster join node4 --wait)";

}  // namespace

void require_command(CLI::App& app) {
  app.require_subcommand(0, 1);
  app.callback([&app] {
    if (app.get_subcommands().empty()) throw CLI::RequiredError("A command");
  });
}

std::unique_ptr<CLI::App> program_grammar(Session& session, ExitCode& exit_code) {
  auto app = std::make_unique<CLI::App>("Talks to a Starling cluster: keys, values, and how the cluster is.", "kvcli");
  require_command(*app);
  add_settings(*app, session.settings);
  Builder build{*app, session, exit_code};
  add_commands(build);
  build.command(*app, "shell", "Read commands from a prompt, with history and completion, or from standard input",
                [&session] { return run_shell(session); });
  auto shell = std::make_shared<std::string>();
  build
      .command(*app, "completion", "Print a completion script: source <(kvcli completion bash)",
               [grammar = app.get(), shell] { return print_completion(*grammar, *shell); })
      ->add_option("shell", *shell)
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  app->footer(footer);  // last, because commands inherit what is there when they are added
  return app;
}

std::unique_ptr<CLI::App> shell_grammar(Session& session, ExitCode& exit_code) {
  auto app = std::make_unique<CLI::App>("Commands of the shell; 'exit' or ctrl-D leaves it.", "");
  require_command(*app);
  add_commands({*app, session, exit_code});
  return app;
}

}  // namespace starling::cli
