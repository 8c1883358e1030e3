#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "wire/request.hpp"
/// The messages of anti-entropy: part of wire::Message.
namespace starling::wire {

/// Begins a look at what two replicas hold of all partitions that both own: a mark for each of
/// them, in order (repair/marks.hpp). Marks are salted with the request.
struct RepairMarks {
  RequestId request;
  Epoch epoch;
  Bytes marks;
  friend bool operator==(const RepairMarks&, const RepairMarks&) = default;
};
/// What one replica holds of one partition.
struct RepairView {
  PartitionId partition;
  Bytes seen;  ///< causal::encode
  bool tree_built{};
  std::uint64_t root{};  ///< of the tree
  friend bool operator==(const RepairView&, const RepairView&) = default;
};
/// Answers marks with the views of those that differ; then that is answered, with `views_wanted`
/// no more, by the other side's views of the same partitions. Now both know both.
struct RepairViews {
  RequestId request;
  std::optional<Error> error;
  Epoch epoch;
  bool views_wanted{};
  std::uint32_t compared{};  ///< of so many marks this tells; the others did not fit
  std::vector<RepairView> views;
  friend bool operator==(const RepairViews&, const RepairViews&) = default;
};

/// "I have seen this; what do I lack?" The answer is a page of what a replica lacks: see storage::ScanUnseen.
struct PullRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  Bytes seen;
  Bytes after;
  std::uint32_t bytes_max{};
  bool whole{};  ///< only if the replica lacks nothing that it may have acknowledged
  Duration ttl{};
  friend bool operator==(const PullRequest&, const PullRequest&) = default;
};
struct PullReply {
  RequestId request;
  std::optional<Error> error;
  Bytes seen;  ///< the replier's, as of this page
  std::vector<Row> rows;
  Bytes complete_to;
  friend bool operator==(const PullReply&, const PullReply&) = default;
};

/// Asks for sums of a Merkle tree folded to 2^bits leaves: of the 16 under each of these nodes of the tree folded to
/// 2^(bits-4). No nodes: sums were found to differ and no key does, so each side throws its tree away.
struct SumsRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  std::uint32_t bits{};
  std::vector<std::uint32_t> nodes;
  Duration ttl{};
  friend bool operator==(const SumsRequest&, const SumsRequest&) = default;
};
/// No sums: the tree has fewer leaves than that.
struct SumsReply {
  RequestId request;
  std::optional<Error> error;
  std::vector<std::uint64_t> sums;
  friend bool operator==(const SumsReply&, const SumsReply&) = default;
};
/// Asks for the live keys of one leaf of a tree folded to 2^bits leaves, with their digests.
struct DigestsRequest {
  RequestId request;
  Epoch epoch;
  PartitionId partition;
  std::uint32_t bits{};
  std::uint32_t leaf{};
  Bytes after;
  Duration ttl{};
  friend bool operator==(const DigestsRequest&, const DigestsRequest&) = default;
};
struct DigestsReply {
  struct Row {
    Bytes key;
    std::uint64_t digest{};
    friend bool operator==(const Row&, const Row&) = default;
  };
  RequestId request;
  std::optional<Error> error;
  std::vector<Row> rows;
  Bytes complete_to;
  friend bool operator==(const DigestsReply&, const DigestsReply&) = default;
};

/// From one that has owned partitions and owns them no more: what it has seen of them. Whoever owns them now fetches
/// what it lacks of that, and says when it lacks nothing.
struct LeftoverOffer {
  RequestId request;
  Epoch epoch;  ///< of the sender's ring
  std::vector<RepairView> views;
  friend bool operator==(const LeftoverOffer&, const LeftoverOffer&) = default;
};
struct LeftoverReply {
  RequestId request;
  std::optional<Error> error;
  std::vector<PartitionId> covered;  ///< of these the sender of the offer has nothing that the replier lacks
  friend bool operator==(const LeftoverReply&, const LeftoverReply&) = default;
};

}  // namespace starling::wire
