#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>

#include "cli/change_words.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/watch.hpp"

/// cluster plan, join, leave, remove, replace, abort: who is a member, and who owns what.
namespace starling::cli {
namespace {

using namespace std::chrono_literals;
using api::Change;
using Kind = api::Change::Kind;

/// A change is no write of a key, which the common advice is about.
ExitCode report_change(const api::Error& error) {
  const bool cannot_be_yet = error.code == api::ErrorCode::unavailable || error.code == api::ErrorCode::not_ready;
  if (error.outcome != api::Outcome::in_doubt && !cannot_be_yet) return report(error);
  say(fmt::format("kvcli: {} ({})", error.message, api::name_of(error.code)));
  say(error.outcome == api::Outcome::in_doubt ? "Whether it was done, 'kvcli cluster status' tells."
                                              : "Nothing was changed.");
  return exit_code_of(error);
}

void tell_report(const Session& session, const api::ChangeReport& report) {
  session.settings.format == Format::json ? print_json(json_report(report)) : print_report(report);
}

/// A forced removal tells its price first, and goes on only when somebody has agreed to it.
ExitCode confirm_force(api::Client& client, const Session& session, const ChangeArguments& arguments) {
  Change dry = arguments.change;
  dry.dry_run = true;
  const api::Result<api::ChangeReport> price = client.change(dry);
  if (!price) return report_change(price.error());
  if (session.settings.format != Format::json && !arguments.yes) print_report(*price);
  say(price->may_be_lost.empty() ? "Nothing is lost by this, as far as the node knows."
                                 : "What may be lost: " + price->may_be_lost);
  if (arguments.yes) return ExitCode::ok;
  if (isatty(STDIN_FILENO) == 0) {
    say("kvcli: nobody can be asked here: say --yes if this is to be done");
    return ExitCode::usage;
  }
  std::fflush(stdout);
  fmt::print(stderr, "Go on? Only 'yes' does it: ");
  std::string answer;
  if (std::getline(std::cin, answer) && answer == "yes") return ExitCode::ok;
  say("Nothing was changed.");
  return ExitCode::error;
}

bool is_named(const api::Member& member, const std::string& words) {
  return member.name == words || member.id == words || member.peer_address == words;
}

/// False for a node that is a member though it should be gone, or the other way round: the change was aborted.
bool came_to_be(const api::Status& status, const std::string& node, bool member_expected) {
  const auto known = [&](const api::Member& member) { return is_named(member, node); };
  const auto member = std::ranges::find_if(status.members, known);
  if (member == status.members.end() || member->in_ring == member_expected) return true;
  say(fmt::format(
      "kvcli: the ring is settled, and {} is {} member: the change was aborted, or another one came before it", node,
      member->in_ring ? "still a" : "no"));
  return false;
}

bool came_to_be(const api::Status& status, const Change& change) {
  bool all = true;
  for (std::size_t i = 0; i < change.nodes.size(); ++i) {
    const bool comes = change.kind == Kind::join || (change.kind == Kind::replace && i == 1);
    all &= came_to_be(status, change.nodes[i], comes);
  }
  return all;
}

/// For whoever pressed Ctrl-C: the command ends, the change does not.
ExitCode tell_interrupted() {
  say("The change goes on without this command. Watch it with 'kvcli cluster status --wait', or take it back\n"
      "with 'kvcli cluster abort', as long as it is in stage 1.");
  return ExitCode::error;
}

/// What is to be waited for may also be that the change can begin.
api::Result<api::ChangeReport> begin(api::Client& client, const ChangeArguments& arguments) {
  api::Result<api::ChangeReport> begun = client.change(arguments.change);
  if (!arguments.wait || begun || begun.error().code != api::ErrorCode::not_ready) return begun;
  say("Waits until the ring can be changed: 'kvcli cluster status' shows for what.");
  while (!begun && begun.error().code == api::ErrorCode::not_ready) {
    std::this_thread::sleep_for(500ms);  // A node that is just starting says so at once.
    begun = client.change(arguments.change);
  }
  return begun;
}

void tell_begun(const Session& session, const Change& change, const api::ChangeReport& begun) {
  if (session.settings.format == Format::json) return print_json(json_report(begun));
  if (change.kind == Kind::abort) return print_line(fmt::format("Aborted: ring {}.", begun.epoch));
  print_line(begun.moving == 0
                 ? fmt::format("Done: ring {}, nothing moves.", begun.epoch)
                 : fmt::format("Begun: ring {}, {} replicas of partitions move.", begun.epoch, begun.moving));
  tell_further_changes(begun);
}

ExitCode wait_for_end(api::Client& client, const Change& change) {
  std::fflush(stdout);
  const auto end = Watch(client).run();
  if (!end) return report(end.error());
  if (!*end) return tell_interrupted();
  say(fmt::format("The ring is settled: ring {}.", (*end)->epoch));
  return came_to_be(**end, change) ? ExitCode::ok : ExitCode::error;
}

}  // namespace

ExitCode change_ring(Session& session, const ChangeArguments& arguments) {
  api::Result<api::Client*> client = session.client();
  if (!client) return report(client.error());
  const bool dry = arguments.change.dry_run;
  if (arguments.change.force && !dry)
    if (const ExitCode agreed = confirm_force(**client, session, arguments); agreed != ExitCode::ok) return agreed;
  const api::Result<api::ChangeReport> report = begin(**client, arguments);
  if (!report) return report_change(report.error());
  if (dry) {
    tell_report(session, *report);
    if (!report->may_be_lost.empty()) say("What may be lost: " + report->may_be_lost);
    return ExitCode::ok;
  }
  tell_begun(session, arguments.change, *report);
  if (arguments.wait) return wait_for_end(**client, arguments.change);
  if (report->moving > 0) say("It goes on by itself: watch it with 'kvcli cluster status --wait'.");
  return ExitCode::ok;
}

ExitCode wait_until_settled(api::Client& client) {
  const auto end = Watch(client).run();
  if (!end) return report(end.error());
  return *end ? ExitCode::ok : tell_interrupted();
}

}  // namespace starling::cli
