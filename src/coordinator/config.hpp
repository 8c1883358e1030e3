#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "port/client.hpp"
#include "port/peers.hpp"

namespace starling::coordinator {

/// What the operator decided about requests, and the bounds that keep them from piling up.
struct Config {
  port::QuorumLevel read;   ///< what `standard` means; left at standard itself: a quorum
  port::QuorumLevel write;  ///< likewise
  Duration timeout = 2s;
  Duration timeout_max = 60s;  ///< the longest that a client may ask for
  std::uint32_t in_flight_max = 16'384;
  std::uint32_t listening_max = 65'536;                ///< writes that are answered and wait for their last replicas
  std::size_t bytes_in_flight_max = 64 * 1024 * 1024;  ///< of keys, values and contexts
  std::uint32_t siblings_max = 100;
  Duration hedge_floor = 2ms;  ///< the next replica is asked no earlier than this after the first ones
  Duration hedge_ceiling = 250ms;
  Duration ring_retry = 20ms;  ///< after a replica went by another ring than we do: one of us is just learning of it
  std::uint32_t scan_rows_max = 1'000;  ///< of one page
  std::uint32_t scan_bytes_max = 1024 * 1024;
};

using port::View;

}  // namespace starling::coordinator
