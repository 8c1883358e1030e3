#include "sim/fault.hpp"

#include <fmt/format.h>

namespace starling::sim {

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::delay: return "delay";
    case FaultKind::loss: return "loss";
    case FaultKind::duplication: return "duplication";
    case FaultKind::reordering: return "reordering";
    case FaultKind::corruption: return "corruption";
    case FaultKind::clogged_link: return "clogged_link";
    case FaultKind::slow_link: return "slow_link";
    case FaultKind::partition: return "partition";
    case FaultKind::isolation: return "isolation";
    case FaultKind::one_way_partition: return "one_way_partition";
    case FaultKind::broken_connections: return "broken_connections";
    case FaultKind::slow_disk: return "slow_disk";
    case FaultKind::stalled_disk: return "stalled_disk";
    case FaultKind::failing_disk: return "failing_disk";
    case FaultKind::full_disk: return "full_disk";
    case FaultKind::unreadable_disk: return "unreadable_disk";
    case FaultKind::kill: return "kill";
    case FaultKind::restart: return "restart";
    case FaultKind::blackout: return "blackout";
    case FaultKind::freeze: return "freeze";
    case FaultKind::move: return "move";
    case FaultKind::wipe: return "wipe";
    case FaultKind::restore: return "restore";
    case FaultKind::clone: return "clone";
    case FaultKind::drift: return "drift";
    case FaultKind::wall_jump: return "wall_jump";
    case FaultKind::join: return "join";
    case FaultKind::leave: return "leave";
    case FaultKind::remove: return "remove";
    case FaultKind::replace: return "replace";
    case FaultKind::abort_change: return "abort_change";
    case FaultKind::ambush: return "ambush";
  }
  return "";
}

std::string line_of(const Fault& fault) {
  const auto seconds = [](Instant at) { return std::chrono::duration<double>(at.since_start).count(); };
  return fmt::format("{:9.4f} s  {}: {}; {:.4f} s: {}", seconds(fault.begins), name_of(fault.kind), fault.what,
                     seconds(fault.ends), fault.mended);
}

}  // namespace starling::sim
