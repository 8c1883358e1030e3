#pragma once

#include "port/step.hpp"
#include "transfer/config.hpp"

namespace starling::transfer {

using port::expect;

/// One reaction of this room.
struct Step : port::Step {
  const Config& config;
};

}  // namespace starling::transfer
