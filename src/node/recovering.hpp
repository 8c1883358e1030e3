#pragma once

#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "port/outbox.hpp"
#include "port/tickets.hpp"
#include "ring/ring.hpp"
#include "storage/boot_record.hpp"
#include "storage/merkle_tree.hpp"

namespace starling::node {

/// The partitions in which this node lacks something that it may once have acknowledged: rows of a
/// damaged file are lost, or the whole directory is older than what others have seen of it, or it finds
/// itself in another place and may be older. It takes writes for them, but answers no read of them, so
/// that two replicas that have forgotten are never a quorum; that lasts until it has caught up with so
/// many others that every acknowledged write is among what they had. Durable: a restart in the middle
/// changes nothing.
///
/// After the loss of a majority any of those who are left may be the only one that has a write, and some places are
/// with nodes that have nothing yet: then all replicas are recovering, and catch up with all others.
class Recovering {
 public:
  static constexpr const char* record_name = "recovering";

  explicit Recovering(const storage::BootRecord& boot);

  /// Once, when there is a ring and before anything else is asked of storage: partitions with lost
  /// rows are told so.
  void start(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out);
  /// The node goes by another ring: what it owns no more is not waited for.
  void on_ring(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out);
  /// `why`: what this node does or has, for people.
  void add(std::span<const PartitionId> partitions, std::string_view why, port::Tickets& tickets, port::Outbox& out);
  /// Likewise, after the loss of a majority. Said before the ring of the new lineage is, so that no crash comes
  /// between, and once more when the node goes by it: what has been caught up with before is of no account.
  void add_all_of(const ring::Ring& ring, NodeId self, port::Tickets& tickets, port::Outbox& out);
  /// Rows of these were found damaged.
  void recover(std::span<const PartitionId> damaged, const ring::Ring& ring, port::Tickets& tickets, port::Outbox& out);
  void on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, port::Tickets& tickets, port::Outbox& out);
  /// `caught_up`: with how many other replicas we have been found to lack nothing, since the start.
  void review(const std::function<std::size_t(PartitionId)>& caught_up, const ring::Ring& ring, port::Tickets& tickets,
              port::Outbox& out);

  const std::set<PartitionId>& partitions() const { return partitions_; }

 private:
  void refuse_reads(port::Tickets& tickets, port::Outbox& out) const;
  void save(port::Tickets& tickets, port::Outbox& out) const;

  std::set<PartitionId> partitions_;
  std::set<PartitionId> thorough_;  ///< of these: those that must catch up with all others
  std::vector<storage::TokenRange> lost_;
  bool elsewhere_{};
  std::set<port::Ticket> telling_;  ///< partitions that have lost rows
};

}  // namespace starling::node
