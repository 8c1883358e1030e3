#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "port/peers.hpp"

namespace starling::repair {

struct Config {
  Duration interval = 10min;  ///< within which each partition is compared with each other replica of it
  Duration settle = 5s;       ///< between two looks at what differs: writes and hints on their way arrive meanwhile
  Duration patience = 2s;     ///< for an answer of the other side
  std::uint64_t rate = 10'000'000;       ///< bytes per second that this node has sent to it
  std::uint32_t page_bytes = 64 * 1024;  ///< of rows, at a time
  std::uint32_t digests_per_page = 1000;
  Duration scrub_period = 24h * 7;  ///< within which every row is read
};

using port::View;

}  // namespace starling::repair
