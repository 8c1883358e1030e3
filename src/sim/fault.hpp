#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace starling::sim {

class World;

enum class FaultKind : std::uint8_t {
  // the network
  delay,
  loss,
  duplication,
  reordering,
  corruption,
  clogged_link,
  slow_link,
  partition,
  isolation,
  one_way_partition,
  broken_connections,
  // disks
  slow_disk,
  stalled_disk,
  failing_disk,
  full_disk,
  unreadable_disk,
  // processes
  kill,
  restart,
  blackout,
  freeze,
  move,
  wipe,
  restore,
  clone,
  // clocks
  drift,
  wall_jump,
  // an operator's orders, and what goes wrong just then
  join,
  leave,
  remove,
  replace,
  abort_change,
  ambush,
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(FaultKind::ambush) + 1;

std::string_view name_of(FaultKind kind);  ///< "one_way_partition"

/// Something that goes wrong and is put right again. Its two halves belong together: a run does
/// both of them or neither.
struct Fault {
  FaultKind kind{};
  Instant begins;
  Instant ends;
  std::string what;    ///< "n2 is killed"
  std::string mended;  ///< "n2 starts"
  std::function<void(World&)> begin;
  std::function<void(World&)> end;
};

/// A line for a person: when, which kind, what, and until when.
std::string line_of(const Fault& fault);

}  // namespace starling::sim
