#pragma once

#include <utility>

#include "ring/key.hpp"
#include "storage/merkle_tree.hpp"

namespace starling::storage {

/// What a shard knows by heart about the rows of one partition: their Merkle tree, and how far
/// they have been read for it.
///
/// Invariant: the tree is that of the rows up to read_to() as they are now. A change of one of them is
/// applied at once; a change beyond is going to be read.
class PartitionIndex {
 public:
  explicit PartitionIndex(TokenRange partition) : tree_(partition), read_to_(start()), reaped_to_(start()) {}

  /// While the rows are read, in their order.
  void add(const ring::Key& key, const RowShare& share) { tree_.change(key.token, {}, share); }
  const ring::Key& read_to() const { return read_to_; }
  /// All rows up to this one have been added, or all there are.
  void read_up_to(ring::Key key) { read_to_ = std::move(key); }
  void read_all();

  void change(const ring::Key& key, const RowShare& before, const RowShare& after);

  bool outgrown() const { return complete_ && tree_.outgrown(); }
  /// The tree speaks for the whole partition, and in enough detail.
  bool built() const { return complete_ && !tree_.outgrown(); }
  const MerkleTree& tree() const { return tree_; }

  /// How far the rows have been searched for what can be reaped; start() at the end of a round.
  const ring::Key& reaped_to() const { return reaped_to_; }
  void reaped_up_to(ring::Key key) { reaped_to_ = std::move(key); }
  /// Before every key of the partition.
  ring::Key start() const { return {.bytes = {}, .token = tree_.partition().first}; }

 private:
  MerkleTree tree_;
  ring::Key read_to_;
  ring::Key reaped_to_;
  bool complete_{};
};

}  // namespace starling::storage
