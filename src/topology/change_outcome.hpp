#pragma once

#include "port/event.hpp"
#include "ring/ring.hpp"

namespace starling::topology {

/// The ring that begins what an operator has ordered, and the one before it.
struct ChangeBegun {
  ring::Ring before;
  ring::Ring ring;
};

/// What has become of an operator's word, for the client that brought it.
struct ChangeOutcome {
  port::ClientToken client;
  Result<ChangeBegun> result;
};

}  // namespace starling::topology
