#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "bench/plan.hpp"
#include "floor.hpp"

namespace starling::bench {

/// What the command line asks for.
struct Asked {
  Plan plan;
  tools::FloorPlan floor;
  bool only_floor{};  ///< `kvbench floor`
};

/// kvbench's command line; parsing fills `asked`.
std::unique_ptr<CLI::App> program_flags(Asked& asked);

}  // namespace starling::bench
