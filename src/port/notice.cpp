#include "port/notice.hpp"

#include "base/ensure.hpp"

namespace starling::port {

std::string_view name_of(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::member_joined: return "member_joined";
    case NoticeKind::member_alive: return "member_alive";
    case NoticeKind::member_suspected: return "member_suspected";
    case NoticeKind::member_died: return "member_died";
    case NoticeKind::member_left: return "member_left";
    case NoticeKind::member_moved: return "member_moved";
    case NoticeKind::refuted_suspicion: return "refuted_suspicion";
    case NoticeKind::health_changed: return "health_changed";
    case NoticeKind::wrong_cluster_seen: return "wrong_cluster_seen";
    case NoticeKind::identity_copied: return "identity_copied";
    case NoticeKind::datagram_malformed: return "datagram_malformed";
    case NoticeKind::probe_failed: return "probe_failed";
    case NoticeKind::stalled: return "stalled";
    case NoticeKind::cluster_founded: return "cluster_founded";
    case NoticeKind::founding_refused: return "founding_refused";
    case NoticeKind::ring_adopted: return "ring_adopted";
    case NoticeKind::lineage_refused: return "lineage_refused";
    case NoticeKind::read_hedged: return "read_hedged";
    case NoticeKind::read_mismatched: return "read_mismatched";
    case NoticeKind::read_repaired: return "read_repaired";
    case NoticeKind::write_in_doubt: return "write_in_doubt";
    case NoticeKind::hint_kept: return "hint_kept";
    case NoticeKind::hint_refused: return "hint_refused";
    case NoticeKind::request_overloaded: return "request_overloaded";
    case NoticeKind::request_timed_out: return "request_timed_out";
    case NoticeKind::request_forwarded: return "request_forwarded";
    case NoticeKind::actor_doubted: return "actor_doubted";
    case NoticeKind::message_malformed: return "message_malformed";
    case NoticeKind::work_expired: return "work_expired";
    case NoticeKind::repair_looked: return "repair_looked";
    case NoticeKind::row_pulled: return "row_pulled";
    case NoticeKind::key_exchanged: return "key_exchanged";
    case NoticeKind::tree_built: return "tree_built";
    case NoticeKind::tree_wrong: return "tree_wrong";
    case NoticeKind::tombstone_reaped: return "tombstone_reaped";
    case NoticeKind::node_ready: return "node_ready";
    case NoticeKind::recovering: return "recovering";
    case NoticeKind::recovered: return "recovered";
    case NoticeKind::storage_poisoned: return "storage_poisoned";
    case NoticeKind::leaving: return "leaving";
  }
  ensure(false, "a NoticeKind outside its enumeration");
  return "";
}

}  // namespace starling::port
