#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "port/peers.hpp"

namespace starling::transfer {

struct Config {
  std::uint64_t rate = 100'000'000;              ///< bytes per second of partitions that become ours
  std::uint32_t page_bytes = 32 * 1024;          ///< of rows, at a time
  std::uint32_t quiet_page_bytes = 1024 * 1024;  ///< likewise, while nobody asks anything of the node
  Duration patience = 2s;                        ///< for an answer of the other side
  Duration retry = 500ms;                        ///< after a failure
  Duration leftover_period = 1s;                 ///< between two offers of what is not ours any more
  Duration leftover_grace = 1h;                  ///< after others have it all, before it goes
  Duration leftover_check = 1min;                ///< between two looks for damage in what others have all of
  std::uint32_t drop_rows = 256;                 ///< of what goes, at a time
};

using port::View;

}  // namespace starling::transfer
