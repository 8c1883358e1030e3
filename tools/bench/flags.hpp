#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "bench/plan.hpp"
#include "floor.hpp"
#include "forget.hpp"

namespace starling::bench {

/// What the command line asks for.
struct Asked {
  enum class Command : std::uint8_t { run, floor, forget };

  Command command{Command::run};
  Plan plan;
  tools::FloorPlan floor;
  tools::ForgetPlan forget;
};

/// kvbench's command line; parsing fills `asked`.
std::unique_ptr<CLI::App> program_flags(Asked& asked);

}  // namespace starling::bench
