#pragma once

#include <chrono>
#include <string>

#include <CLI/CLI.hpp>

#include "starling/types.hpp"

/// What the flags of several programs have in common.
namespace starling::tools {

/// "one", "quorum", "all" or a number of replicas. Throws CLI::ValidationError, as flags do.
api::Level level_of(const std::string& word);

/// A flag that takes a time with its unit, like 500ms, 5s or 2m.
CLI::Option* add_duration(CLI::App& app, const std::string& names, std::chrono::milliseconds& into,
                          const std::string& help);

}  // namespace starling::tools
