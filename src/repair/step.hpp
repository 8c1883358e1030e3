#pragma once

#include "port/step.hpp"
#include "repair/config.hpp"

namespace starling::repair {

using port::expect;

/// One reaction of this room.
struct Step : port::Step {
  const Config& config;

  Instant deadline() const { return view.now + config.patience; }
};

}  // namespace starling::repair
