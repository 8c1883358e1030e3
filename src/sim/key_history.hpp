#pragma once

#include <cstdint>
#include <vector>

#include "sim/history.hpp"

namespace starling::sim {

/// A set of operations of one key, by their place in its history.
class OpSet {
 public:
  explicit OpSet(std::size_t size) : words_((size + 63) / 64) {}
  void insert(std::size_t place) { words_[place / 64] |= 1ULL << (place % 64); }
  void insert(const OpSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  bool contains(std::size_t place) const { return (words_[place / 64] >> (place % 64) & 1) != 0; }

 private:
  std::vector<std::uint64_t> words_;
};

/// All operations on one key, and what each write was written over, directly or through others, as
/// far as its client had read: u → w if w's context covered u. Two views of it, since what a client
/// does not know must neither excuse a loss nor accuse a node.
class KeyHistory {
 public:
  /// `ids`: of this key, ascending.
  KeyHistory(const History& history, std::vector<OpId> ids);

  std::size_t key() const { return op(0).key; }
  std::size_t size() const { return ids_.size(); }
  const Op& op(std::size_t place) const { return history_->ops[ids_[place]]; }
  OpId id(std::size_t place) const { return ids_[place]; }
  std::size_t place(OpId id) const;
  OpSet none() const { return OpSet(size()); }

  /// What is accounted for once this write is there.
  const OpSet& may_replace(std::size_t write) const { return may_[write]; }
  /// What must not be beside this write. Less than the other: of a value that was put twice (a retry
  /// that found no trace of its first attempt) the one may live on though the other is replaced.
  const OpSet& must_replace(std::size_t write) const { return must_[write]; }
  /// These and all that they may have replaced, and all that deletes have, which were not refused and
  /// had begun by then.
  OpSet accounted_for(const OpSet& values, Instant by) const;

 private:
  void add(std::size_t place);

  const History* history_;
  std::vector<OpId> ids_;
  std::vector<OpSet> may_;
  std::vector<OpSet> must_;
  std::vector<std::size_t> deletes_;
};

}  // namespace starling::sim
