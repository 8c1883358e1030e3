#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace starling::port {

/// What is worth logging or counting. Data, so that tests assert on it; the runtime writes the
/// log line and bumps the counter. New kinds go at the end of their group.
enum class NoticeKind : std::uint8_t {
  // membership
  member_joined,
  member_alive,
  member_suspected,
  member_died,
  member_left,
  member_moved,
  refuted_suspicion,
  health_changed,
  wrong_cluster_seen,
  identity_copied,
  datagram_malformed,
  probe_failed,
  stalled,
  // topology
  cluster_founded,
  founding_refused,
  ring_adopted,
  lineage_refused,
  // requests
  read_hedged,
  read_mismatched,
  read_repaired,
  write_in_doubt,
  hint_kept,
  hint_refused,
  request_overloaded,
  request_timed_out,
  request_forwarded,
  // replica
  actor_doubted,
  message_malformed,
  work_expired,
  // repair
  repair_looked,
  row_pulled,
  key_exchanged,
  tree_built,
  tree_wrong,
  tombstone_reaped,
  // node
  node_ready,
  recovering,
  recovered,
  storage_poisoned,
  leaving,
};

enum class Severity : std::uint8_t { count, debug, info, warning, error };

struct Notice {
  NoticeKind kind{};
  Severity severity{Severity::count};    ///< count: no log line, only the counter
  NodeId about;                          ///< zero: about ourselves
  std::string detail;                    ///< a sentence, or empty
  std::optional<PartitionId> partition;  ///< that it is about
};

std::string_view name_of(NoticeKind kind);  ///< "member_suspected"

}  // namespace starling::port
