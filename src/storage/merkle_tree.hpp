#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "causal/object.hpp"

namespace starling::storage {

struct TokenRange {
  Token first, last;
  bool contains(Token token) const { return first <= token && token <= last; }
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

/// The tokens of one of the 2^bits leaves of a partition: the same on every replica, whatever the size of
/// its own tree. Where the number of tokens is no power of two the last leaves have none; they are
/// given the partition's last token.
TokenRange leaf_tokens(TokenRange partition, std::uint32_t bits, std::size_t leaf);

/// What one row adds to its leaf. All zeros: there is no row.
struct RowShare {
  std::uint64_t sum{};    ///< of H(key, dot) over the live siblings, modulo 2⁶⁴
  std::uint32_t live{};   ///< siblings that are values
  std::uint32_t spent{};  ///< 1 for a row that holds a tombstone, or no sibling at all
};
RowShare share_of(Token token, const causal::Object& object);

/// The Merkle tree of one partition: says in one number whether two replicas hold the same live
/// siblings, and in a few more where they differ (Merkle 1987; Dynamo §4.7).
///
/// leaf[top bits of the token inside the partition] is the sum of H(key, dot) over the live
/// siblings, modulo 2⁶⁴. A sum is kept up at O(1) for each change and needs no order, and the inner
/// nodes and the leaves of a smaller tree are sums of leaves: trees of different size compare by
/// folding. Tombstones add nothing, so reaping never shows as a difference. A key's token is its
/// hash already: H takes it for the key.
///
/// Each leaf counts its spent rows too: that is where rows wait to be reaped.
///
/// How many leaves there are follows the number of siblings. A tree is filled at the finest, where leaves
/// are cheap to join; a leaf that has grown too full could only be split by reading its rows, so the
/// tree says that it is outgrown, and is built anew. Each time it has room for several times as much.
class MerkleTree {
 public:
  static constexpr std::uint32_t bits_max = 16;
  static constexpr std::uint32_t bits_min = 6;
  static constexpr std::uint64_t live_per_leaf = 16;      ///< at most, after fit()
  static constexpr std::uint64_t live_per_leaf_max = 64;  ///< beyond it is outgrown

  explicit MerkleTree(TokenRange partition);

  /// A row of a token of the partition has become another one.
  void change(Token token, const RowShare& before, const RowShare& after);
  /// Joins leaves until there are as few as its siblings need.
  void fit();
  bool outgrown() const;

  TokenRange partition() const { return partition_; }
  std::uint32_t bits() const { return bits_; }
  std::uint64_t root() const { return root_; }
  std::uint64_t live() const { return live_; }
  std::uint64_t spent() const { return spent_; }

  /// The sums of 2^min(bits, bits()) leaves.
  std::vector<std::uint64_t> fold(std::uint32_t bits) const;
  /// From `from` on, the tokens of the first leaf that has spent rows, and of those which follow it without
  /// a gap; of the first one only what is not before `from`.
  std::optional<TokenRange> next_spent(Token from) const;

 private:
  std::size_t leaf_of(Token token) const;

  TokenRange partition_;
  std::uint32_t bits_;
  std::vector<std::uint64_t> sums_;
  std::vector<std::uint32_t> spent_rows_;
  std::uint64_t root_{};
  std::uint64_t live_{};
  std::uint64_t spent_{};
};

}  // namespace starling::storage
