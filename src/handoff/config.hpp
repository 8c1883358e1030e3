#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "port/peers.hpp"

namespace starling::handoff {

struct Config {
  Duration period = 5s;    ///< between two looks at who is owed something
  Duration patience = 2s;  ///< for an answer of the other side
  std::uint32_t batch = 128;
  std::uint32_t batch_bytes_max = 1024 * 1024;  ///< of objects
  /// What a node lets all others together have under way towards it.
  std::uint32_t credits = 256;
};

using port::View;

}  // namespace starling::handoff
