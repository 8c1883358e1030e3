#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "causal/seen.hpp"
#include "ring/key.hpp"

/// The commands with which replicas find what they lack, and prove what may go: part of
/// storage::Command and storage::Answer. A Merkle tree (storage/merkle_tree.hpp) says whether two
/// replicas hold the same; `seen` says what one has received and the other not (Gonçalves et al. 2015).
namespace starling::storage {

/// What a replica holds of some partitions, for others to compare. Counts as a read.
struct Survey {
  std::vector<PartitionId> partitions;
};
struct PartitionSurvey {
  PartitionId partition;
  causal::Seen seen;
  std::uint64_t root{};        ///< of its Merkle tree; means nothing while that is not built
  std::uint64_t live{};        ///< live siblings counted by the tree
  std::uint64_t tombstones{};  ///< rows that hold a tombstone or nothing but a context (known once the tree is built)
  bool tree_built{};
  bool damaged{};  ///< a row that was to be read is damaged: Recover it
};
struct SurveyAnswer {
  std::vector<PartitionSurvey> partitions;  ///< in the order of the question
};

/// Goes on building the tree of a partition by reading its rows, a bounded number of them at a time. Counts as a read.
struct BuildTree {
  PartitionId partition;
  Token first, last;  ///< the partition's range
};
struct BuildTreeAnswer {
  bool built{};
};

/// Throws a tree away that turned out wrong. Counts as a read.
struct DropTree {
  PartitionId partition;
};

/// Reads the rows that hold a dot which `seen` does not, tombstones too, in (token, key) order:
/// what a replica that has seen so much lacks. Bounds are as in Scan. Counts as a read.
struct ScanUnseen {
  PartitionId partition;
  Token first, last;  ///< the partition's range
  causal::Seen seen;
  ring::Key after;  ///< empty bytes: from `first`
  std::uint32_t rows_max{};
  std::uint32_t bytes_max{};  ///< of returned objects; the first row always fits
  bool whole{};               ///< `not_ready` while reads of the partition are refused (RefuseReads): it may lack some
};
struct UnseenRow {
  ring::Key key;
  Bytes object;  ///< filled and encoded, as Merge takes it
};
struct ScanUnseenAnswer {
  causal::Seen seen;  ///< ours, as of this page
  std::vector<UnseenRow> rows;
  ring::Key complete_to;  ///< all up to this key was looked at; empty bytes: to the end
};

/// Removes the tombstones that every one of `witnesses` (all other replicas) has seen, and rows that
/// then say nothing. A bounded number at a time, each call going on where the last one stopped;
/// nothing while the tree is not built. Durable when answered.
struct Reap {
  PartitionId partition;
  std::vector<causal::Seen> witnesses;
};
struct ReapAnswer {
  std::uint64_t reaped{};         ///< tombstones
  std::vector<causal::Dot> dots;  ///< of those
  std::uint64_t rows_gone{};      ///< rows of which nothing is left
  bool more{};                    ///< the end of the partition has not been reached
};

/// Sums of the tree folded to 2^bits leaves (fewer if it has fewer). Counts as a read.
struct SumLeaves {
  PartitionId partition;
  std::uint32_t bits{};
};
struct SumLeavesAnswer {
  bool built{};
  std::uint32_t bits{};  ///< of `sums`, which are 2^bits; the tokens of one: leaf_tokens() in storage/merkle_tree.hpp
  std::vector<std::uint64_t> sums;
};

/// Lists live rows of a token range with their digests. Damaged rows are not among them, so that
/// the comparison finds what has to be fetched again. Counts as a read.
struct ListDigests {
  PartitionId partition;
  Token first, last;  ///< of any part of the partition
  ring::Key after;    ///< empty bytes: from `first`
  std::uint32_t rows_max{};
};
struct KeyDigest {
  ring::Key key;
  std::uint64_t digest{};  ///< causal::digest
};
struct ListDigestsAnswer {
  std::vector<KeyDigest> rows;
  ring::Key complete_to;  ///< all up to this key was looked at; empty bytes: to the end
};

/// Rows of this partition are lost or damaged. Those that are whole are kept, with all that they know;
/// of what the partition has seen only what they show; and no actor. Damaged rows go. Afterwards the
/// other replicas can bring what is lost: see shard_recovery.cpp. Durable when answered.
struct Recover {
  PartitionId partition;
  Token first, last;  ///< of the whole partition
};
struct RecoverAnswer {
  std::uint64_t kept{};
  std::uint64_t lost{};  ///< damaged rows that were still there
};

/// From now on Get, GetDigest and Scan of these partitions, and of no others, are `not_ready`: they lack
/// what they may have acknowledged once. Not durable. Counts as a read.
struct RefuseReads {
  std::vector<PartitionId> partitions;
};

/// The partitions of which anything is kept.
struct ListPartitions {};
struct ListPartitionsAnswer {
  std::vector<PartitionId> partitions;  ///< in order
  std::vector<PartitionId> going;       ///< those of them that are being dropped, in order
};

/// How much there is: an estimate, for people. Counts as a read.
struct Measure {};
struct MeasureAnswer {
  std::uint64_t partitions{};  ///< of which anything is kept
  std::uint64_t bytes{};       ///< of all of them together, as they lie on the disk
};

/// This node has lost the partition, and others have all of it. What it has seen, its actor and its tree go at once,
/// and a mark says that its rows are none any more; these are erased a few at a time, until an answer says that
/// nothing is left, and the mark is gone with the last of them. Until then the partition can neither be read nor
/// written (`not_ready`), so that no row of this life gets into the next one: it would come without what
/// was seen of it. Durable when answered.
struct DropPartition {
  PartitionId partition;
  Token first, last;         ///< of the whole partition
  std::uint32_t rows_max{};  ///< at least 1; of large ones storage erases fewer at a time
};
struct DropPartitionAnswer {
  bool more{};
};

}  // namespace starling::storage
