#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "kvsim/plan.hpp"

namespace starling::kvsim {

/// The command line, which fills in the plan.
std::unique_ptr<CLI::App> program_flags(Plan& plan);

}  // namespace starling::kvsim
