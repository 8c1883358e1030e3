#pragma once

#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/exit_code.hpp"
#include "cli/session.hpp"

namespace starling::cli {

/// Where commands are added: their arguments must live as long as the grammar.
struct Builder {
  CLI::App& app;
  Session& session;
  ExitCode& exit_code;

  template <class Arguments>
  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help,
                    std::shared_ptr<Arguments> arguments, ExitCode (*run)(Session&, const Arguments&)) const {
    CLI::App* added = parent.add_subcommand(name, help)->fallthrough();
    added->callback(
        [this_session = &session, code = &exit_code, arguments, run] { *code = run(*this_session, *arguments); });
    return added;
  }
  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help,
                    std::function<ExitCode()> run) const {
    CLI::App* added = parent.add_subcommand(name, help)->fallthrough();
    added->callback([code = &exit_code, run = std::move(run)] { *code = run(); });
    return added;
  }
};

/// In place of CLI11's own check, which hides the unknown word behind "a subcommand is required".
void require_command(CLI::App& app);

/// status, ring, and the commands of `cluster`.
void add_cluster_commands(const Builder& build);

}  // namespace starling::cli
