#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/coordinator.hpp"
#include "handoff/handoff.hpp"
#include "membership/membership.hpp"
#include "node/actor_check.hpp"
#include "node/change_requests.hpp"
#include "node/memory_of_cluster.hpp"
#include "node/node.hpp"
#include "node/recovering.hpp"
#include "node/ring_changes.hpp"
#include "repair/repair.hpp"
#include "replica/replica.hpp"
#include "topology/conductor.hpp"
#include "topology/founding.hpp"
#include "topology/joiners.hpp"
#include "topology/new_lineage.hpp"
#include "topology/ring_book.hpp"
#include "transfer/transfer.hpp"

namespace starling::node {

/// The rooms of one node, and the life they share: waiting for a ring, confirming the actors,
/// ready, stopping, halted. A node answers other nodes' reads and merges as soon as it has a ring,
/// clients and forwarded writes only while it is ready.
struct Rooms {
  enum class Life : std::uint8_t { waiting, confirming, ready, stopping, halted };

  Rooms(Config configured, storage::BootRecord booted, Random chance);

  void start(Instant now, port::Outbox& out);
  /// What follows from the step that has just been made: a cluster was founded, the actors are
  /// confirmed, a member was lost, the last work before a stop is done.
  void after_step(std::size_t effects_before, Instant now, port::Outbox& out);
  void stop(Instant now, port::Outbox& out);
  void halt(std::string why, port::Outbox& out);
  void on_node_timer(port::Ticket ticket, Instant now, port::Outbox& out);
  void on_node_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out);
  /// Why clients are not served, for them to read; empty when they are.
  std::string waiting() const;

  port::View view(Instant now) const { return {*book.ring(), membership, now, served_at, &handoff.owed()}; }
  /// Of a request that reads or writes something.
  port::View serving(Instant now) {
    served_at = now;
    return view(now);
  }
  /// It has a ring that does not have it: it has left, or was removed.
  bool stranger() const { return book.ring() && !book.ring()->find(boot.node); }

  Config config;
  Instant started;
  Instant served_at;  ///< the last request that reads or writes something
  storage::BootRecord boot;
  Random random;
  MemoryOfCluster memory;
  Life life{Life::waiting};
  port::Tickets tickets{port::Room::node};
  topology::Founding founding;
  topology::RingBook book;
  port::Tickets change_tickets{port::Room::change};
  topology::Register votes;
  topology::Joiners joiners;
  topology::Conductor conductor;
  topology::NewLineage new_lineage;
  RingChanges changes;
  ChangeRequests change_requests;
  membership::Membership membership;
  replica::Replica replica;
  std::optional<coordinator::Coordinator> coordinator;  ///< once there is a ring
  handoff::Handoff handoff;                             ///< started with it
  transfer::Transfer transfer;                          ///< likewise
  repair::Repair repair;                                ///< likewise
  Recovering recovering;
  ActorCheck actor_check;
  ActorWitness actor_witness;

 private:
  void enter_cluster(Instant now, port::Outbox& out);
  void find_place(Instant now, port::Outbox& out);
  void find_cluster(Instant now, port::Outbox& out);
  void become_ready(port::Outbox& out);
  void see_to_losses(Instant now, port::Outbox& out);
  void heed_effects(std::size_t effects_before, Instant now, port::Outbox& out);
  void finish_stop(Instant now, port::Outbox& out);

  port::Ticket peers_timer_;
  port::Ticket peers_saving_;
  std::uint64_t peers_saved_{};
  bool rolled_back_{};             ///< and all partitions are recovering since
  std::uint64_t reviewed_{~0ULL};  ///< how far repair had come when the recovering partitions were looked at last
  port::Ticket stop_timer_;
  Instant stop_deadline_;
};

}  // namespace starling::node
