#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/ring_changes.hpp"
#include "port/client.hpp"

namespace starling::node {

/// What operators ask of the ring: finds the nodes that they name, tells what a change would move, has
/// it begun, and answers when that is decided. A node that is to join and has not been heard of is
/// invited first. How much moves is an estimate, from what this node's own partitions take.
class ChangeRequests {
 public:
  void on_client(Rooms& rooms, port::ClientToken client, port::ChangeRequest request, Instant now, port::Outbox& out);
  /// Somebody asks to join: it may be one that was invited.
  void on_join_ask(Rooms& rooms, Instant now, port::Outbox& out);
  void on_timer(Rooms& rooms, port::Ticket ticket, Instant now, port::Outbox& out);
  void on_stored(Rooms& rooms, port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                 port::Outbox& out);
  void after_step(Rooms& rooms, Instant now, port::Outbox& out);

 private:
  struct Asked {
    port::ClientToken client;
    port::ChangeRequest request;
    Instant deadline;
  };

  void begin(Rooms& rooms, Asked asked, Instant now, port::Outbox& out);
  void force(Rooms& rooms, const Asked& asked, Instant now, port::Outbox& out) const;
  /// False while somebody who was invited has not asked yet.
  bool attend(Rooms& rooms, const Asked& asked, Instant now, port::Outbox& out);
  void dry_run(const Rooms& rooms, port::ClientToken client, const topology::Intent& intent, Instant now,
               port::Outbox& out) const;
  void invite(Rooms& rooms, Instant now, port::Outbox& out);

  std::map<port::Ticket, Asked> measured_;        ///< requests that wait for storage to say how much there is
  std::optional<std::uint64_t> partition_bytes_;  ///< when it was asked last
  std::vector<Asked> invited_;                    ///< requests that wait for a node to answer its invitation
  port::Ticket timer_;
};

}  // namespace starling::node
