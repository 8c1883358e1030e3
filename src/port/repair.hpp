#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

/// What may be asked about anti-entropy (part of port/client.hpp).
namespace starling::port {

struct RepairStatusRequest {};
/// Compare with the other replicas now, and not only when it is time: one partition, or without it
/// all that this node has.
struct RepairNowRequest {
  std::optional<PartitionId> partition;
};

/// How far this node's partitions are known to be what the other replicas hold.
struct RepairStatusReply {
  /// A node that has partitions in common with this one.
  struct Peer {
    NodeId node;
    std::string name;
    bool reachable{};
    std::uint64_t hints_owed{};
    std::optional<Duration> owed_for;  ///< since the first of them was found here; none: nothing is owed
  };
  /// Another replica of a partition.
  struct Copy {
    NodeId peer;
    std::optional<Duration> verified;  ///< so long ago both were last found to hold the same; none: not yet
    bool differs{};                    ///< at the last look
    std::uint64_t bytes_fetched{};     ///< from there, since the node started
    std::uint64_t bytes_sent{};        ///< to there, likewise
  };
  struct Partition {
    PartitionId partition;
    std::vector<Copy> copies;
    std::uint64_t tombstones{};
    std::vector<NodeId> waits_for;  ///< until these have seen the tombstones, none of them goes
  };

  Duration interval{};           ///< within which each copy is to be verified again
  Duration kept_for{};           ///< how long this account has been kept: since the node started
  std::uint64_t rows_pulled{};   ///< from others, since the start
  std::uint64_t bytes_pulled{};  ///< of these rows
  std::uint64_t bytes_sent{};    ///< to others that pulled
  std::vector<Peer> peers;
  std::vector<Partition> partitions;
};
struct RepairNowReply {
  std::uint32_t partitions{};  ///< so many will be compared
};

}  // namespace starling::port
