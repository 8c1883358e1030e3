#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/exit_code.hpp"

namespace starling::cli {

/// The commands of a grammar.
std::vector<std::string> command_names(const CLI::App& grammar);

/// A script for bash or zsh that completes commands and flags, made from the grammar itself.
ExitCode print_completion(const CLI::App& grammar, const std::string& shell);

}  // namespace starling::cli
