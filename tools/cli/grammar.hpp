#pragma once

#include <functional>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/exit_code.hpp"
#include "cli/session.hpp"

namespace starling::cli {

/// The whole command line of kvcli: flags that every command obeys, and the commands. Parsing runs
/// the command that was found and leaves what it came to in `exit_code`.
std::unique_ptr<CLI::App> program_grammar(Session& session, ExitCode& exit_code);

/// The same commands without the program's flags, for one line of the shell.
std::unique_ptr<CLI::App> shell_grammar(Session& session, ExitCode& exit_code);

}  // namespace starling::cli
