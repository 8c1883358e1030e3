#pragma once

#include "base/time.hpp"
#include "sim/links.hpp"

namespace starling::sim {

/// A machine lost what it had acknowledged: its directory was wiped or replaced by an older copy,
/// or it stays dead. What a store promises then rests on the other replicas.
struct Loss {
  HostIndex host{};
  Instant since;  ///< what it acknowledged from then
  Instant until;  ///< until then may be gone
  Instant shows;  ///< from when on it answers as one that has forgotten
  bool silent{};  ///< or never answers again, under the name that it had
};

}  // namespace starling::sim
