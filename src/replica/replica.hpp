#pragma once

#include <cstddef>
#include <cstdint>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/slot_table.hpp"
#include "base/time.hpp"
#include "port/event.hpp"
#include "port/outbox.hpp"
#include "ring/ring.hpp"
#include "wire/messages.hpp"

namespace starling::replica {

/// The bounds of what other nodes may have this one do at a time.
struct Config {
  std::uint32_t in_flight_max = 16'384;
  std::size_t bytes_in_flight_max = 64 * 1024 * 1024;  ///< of keys and objects that wait for storage
  std::uint32_t scan_rows_max = 1'000;
  std::uint32_t scan_bytes_max = 1024 * 1024;
};

/// What a request told of its sender's ring. `newer`: the node should fetch it from the sender;
/// the request itself was refused with `stale_ring`.
enum class SenderRing : std::uint8_t { known, newer };

/// Serves reads, merges and scans of the partitions that this node owns. A partition it does not
/// own, or a request under another version of it, is refused with `stale_ring`. A merge is acknowledged
/// after its commit, never before. Work whose sender has stopped waiting is not answered.
///
/// Stands in, too: keeps what replicas of other partitions cannot take now, and no row of it.
class Replica {
 public:
  Replica(Config config, NodeId self, Random random);

  SenderRing on_message(NodeId from, wire::ReadRequest request, const ring::Ring& ring, Instant now, port::Outbox& out);
  SenderRing on_message(NodeId from, wire::MergeRequest request, const ring::Ring& ring, Instant now,
                        port::Outbox& out);
  SenderRing on_message(NodeId from, wire::StandInRequest request, const ring::Ring& ring, Instant now,
                        port::Outbox& out);
  SenderRing on_message(NodeId from, wire::ScanRequest request, const ring::Ring& ring, Instant now, port::Outbox& out);
  void on_storage(std::uint64_t number, Result<storage::Answer> answer, Instant now, port::Outbox& out);

  std::size_t in_flight() const { return waiting_.size(); }

 private:
  enum class Kind : std::uint8_t { read_in_full, read_digest, merge, payload, scan };
  /// What storage is working on, and for whom.
  struct Waiting {
    Kind kind{};
    NodeId from;
    wire::RequestId request;
    Instant deadline;
    std::size_t bytes{};
  };

  Result<void> admit(Epoch version, PartitionId partition, std::size_t bytes, const ring::Ring& ring,
                     port::Outbox& out) const;
  Result<void> admit_payload(const wire::StandInRequest& request, const ring::Ring& ring, port::Outbox& out) const;
  Result<void> admit(std::size_t bytes, port::Outbox& out) const;
  void store(Waiting waiting, storage::Command command, port::Outbox& out);

  Config config_;
  NodeId self_;
  SlotTable<Waiting> waiting_;
  std::size_t bytes_{};
};

}  // namespace starling::replica
