#pragma once

#include "cli/exit_code.hpp"
#include "cli/session.hpp"

namespace starling::cli {

/// Commands line by line: from a prompt with history and completion, or, where standard input is no
/// terminal, from there. Comes to what the last failed command came to.
ExitCode run_shell(Session& session);

}  // namespace starling::cli
