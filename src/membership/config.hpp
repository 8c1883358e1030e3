#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace starling::membership {

/// The pace of gossip (DESIGN §8). The defaults are the LAN profile.
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
  static Profile wan();
  static Profile local();
};

}  // namespace starling::membership
