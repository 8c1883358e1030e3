#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace starling::membership {

/// The pace of gossip. The defaults are the LAN profile.
struct Profile {
  Duration probe_period = 1s;
  Duration probe_timeout = 500ms;
  std::uint32_t indirect_probes = 3;        ///< k
  std::uint32_t retransmit_multiplier = 4;  ///< λ
  std::uint32_t suspicion_multiplier = 4;
  std::uint32_t suspicion_max_multiplier = 6;
  Duration gossip_period = 200ms;
  std::uint32_t gossip_fanout = 3;
  Duration push_pull_period = 30s;

  static Profile lan();
  /// Between data centres: everything waits for longer round trips.
  static Profile wan();
  /// All nodes on one machine, as in a demonstration: quick, and no loss to speak of.
  static Profile local();
};

/// A statement that is longer than this is nobody's: it must fit a datagram with room to spare.
inline constexpr std::size_t name_bytes_max = 128;
inline constexpr std::size_t zone_bytes_max = 128;
/// Whom we remember, the dead and the departed included. Beyond it strangers are not taken in.
inline constexpr std::size_t members_max = 4096;

}  // namespace starling::membership
