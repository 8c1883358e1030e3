#include "storage/merkle_tree.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_stream.hpp"
#include "base/ensure.hpp"
#include "base/hash.hpp"
#include "base/planted.hpp"

namespace starling::storage {

namespace {

std::uint64_t hash_of(Token token, causal::Dot dot) {
  const std::array words{little_endian(token.value), little_endian(dot.actor.value), little_endian(dot.n)};
  const auto bytes = std::bit_cast<std::array<char, sizeof words>>(words);
  return hash64({bytes.data(), bytes.size()});
}

/// So many bits a token inside the partition has.
std::uint32_t token_bits(TokenRange partition) {
  return static_cast<std::uint32_t>(std::bit_width(partition.last.value - partition.first.value));
}

/// Every leaf becomes the sum of two.
template <class Number>
void halve(std::vector<Number>& leaves) {
  for (std::size_t i = 0; i < leaves.size() / 2; ++i) leaves[i] = leaves[2 * i] + leaves[2 * i + 1];
  leaves.resize(leaves.size() / 2);
}

}  // namespace

TokenRange leaf_tokens(TokenRange partition, std::uint32_t bits, std::size_t leaf) {
  ensure(bits <= token_bits(partition) && leaf >> bits == 0, "a leaf of this partition");
  const auto width = token_bits(partition) - bits;
  if (width == 64) return partition;
  const std::uint64_t first = std::uint64_t{leaf} << width;
  const std::uint64_t last = first + ((std::uint64_t{1} << width) - 1);
  const auto place = [&](std::uint64_t offset) {
    return Token{partition.first.value + std::min(offset, partition.last.value - partition.first.value)};
  };
  return {place(first), place(last)};
}

RowShare share_of(Token token, const causal::Object& object) {
  RowShare share{.spent = object.siblings.empty() ? 1U : 0U};
  for (const causal::Sibling& sibling : object.siblings) {
    if (sibling.tombstone) share.spent = 1;
    if (sibling.tombstone && !planted(Bug::tombstone_counted)) continue;
    share.sum += hash_of(token, sibling.dot);
    ++share.live;
  }
  return share;
}

MerkleTree::MerkleTree(TokenRange partition)
    : partition_(partition),
      bits_(std::min(bits_max, token_bits(partition))),
      sums_(std::size_t{1} << bits_),
      spent_rows_(sums_.size()) {}

std::size_t MerkleTree::leaf_of(Token token) const {
  ensure(partition_.contains(token), "a token of this partition");
  const auto width = token_bits(partition_) - bits_;
  return width == 64 ? 0 : (token.value - partition_.first.value) >> width;
}

void MerkleTree::change(Token token, const RowShare& before, const RowShare& after) {
  const std::size_t leaf = leaf_of(token);
  sums_[leaf] += after.sum - before.sum;
  spent_rows_[leaf] += after.spent - before.spent;
  root_ += after.sum - before.sum;
  live_ += std::uint64_t{after.live} - before.live;
  spent_ += std::uint64_t{after.spent} - before.spent;
}

void MerkleTree::fit() {
  for (; bits_ > bits_min && live_ <= live_per_leaf << (bits_ - 1); --bits_) {
    halve(sums_);
    halve(spent_rows_);
  }
  sums_.shrink_to_fit();
  spent_rows_.shrink_to_fit();
}

bool MerkleTree::outgrown() const {
  return bits_ < std::min(bits_max, token_bits(partition_)) && live_ > live_per_leaf_max << bits_;
}

std::vector<std::uint64_t> MerkleTree::fold(std::uint32_t bits) const {
  std::vector<std::uint64_t> sums = sums_;
  for (std::uint32_t now = bits_; now > bits; --now) halve(sums);
  return sums;
}

std::optional<TokenRange> MerkleTree::next_spent(Token from) const {
  if (spent_ == 0) return std::nullopt;
  const auto begin = spent_rows_.begin() + static_cast<std::ptrdiff_t>(leaf_of(from));
  const auto first = std::find_if(begin, spent_rows_.end(), [](std::uint32_t rows) { return rows != 0; });
  if (first == spent_rows_.end()) return std::nullopt;
  const auto end = std::find(first, spent_rows_.end(), 0U);
  const auto tokens = [this](auto leaf) {
    return leaf_tokens(partition_, bits_, static_cast<std::size_t>(leaf - spent_rows_.begin()));
  };
  return TokenRange{std::max(from, tokens(first).first), tokens(end - 1).last};
}

}  // namespace starling::storage
