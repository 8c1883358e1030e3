#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace starling::repair {

/// What anti-entropy knows and has done, for people and counters.
struct Status {
  /// What we know of one other replica of one of our partitions.
  struct Pair {
    NodeId peer;
    PartitionId partition;
    std::optional<Instant> verified;  ///< when it was last found to hold what we hold; nothing: never yet
    bool differs{};                   ///< at the last look
    std::uint64_t bytes_fetched{};    ///< from there, since the start
    std::uint64_t bytes_sent{};       ///< to there: it had lacked them, or joins the partition
  };
  /// Deletes that are not proven yet.
  struct Waiting {
    PartitionId partition;
    std::uint64_t rows{};
    std::vector<NodeId> for_whom;  ///< replicas that have not been heard of since they were last connected
  };
  std::vector<Pair> pairs;  ///< by peer, then by partition
  std::vector<Waiting> waiting;
  std::uint64_t looks{};  ///< compared with others, at whosever wish
  std::uint64_t rows_pulled{};
  std::uint64_t bytes_pulled{};
  std::uint64_t bytes_pushed{};    ///< sent to others who pulled or lacked it
  std::uint64_t keys_exchanged{};  ///< that differed though both had seen the same
  std::uint64_t tombstones_reaped{};
};

}  // namespace starling::repair
