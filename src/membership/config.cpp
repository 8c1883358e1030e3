#include "membership/config.hpp"

namespace starling::membership {

Profile Profile::lan() { return {}; }

Profile Profile::wan() {
  return {.probe_period = 5s,
          .probe_timeout = 3s,
          .indirect_probes = 3,
          .retransmit_multiplier = 4,
          .suspicion_multiplier = 6,
          .suspicion_max_multiplier = 6,
          .gossip_period = 500ms,
          .gossip_fanout = 4,
          .push_pull_period = 60s};
}

Profile Profile::local() {
  return {.probe_period = 1s,
          .probe_timeout = 200ms,
          .indirect_probes = 1,
          .retransmit_multiplier = 2,
          .suspicion_multiplier = 3,
          .suspicion_max_multiplier = 6,
          .gossip_period = 100ms,
          .gossip_fanout = 3,
          .push_pull_period = 15s};
}

}  // namespace starling::membership
