#include "storage/merkle_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "base/random.hpp"
#include "storage/partition_index.hpp"

namespace starling::storage {
namespace {

constexpr std::uint64_t last_token = std::numeric_limits<std::uint64_t>::max();
constexpr TokenRange whole{Token{0}, Token{last_token}};
/// One of seven partitions: its size is no power of two.
constexpr TokenRange seventh{Token{last_token / 7 * 3}, Token{last_token / 7 * 4 - 1}};

causal::Sibling sibling(std::uint64_t n, bool tombstone = false) {
  causal::Sibling sibling;
  sibling.dot = {ActorId{9}, n};
  sibling.tombstone = tombstone;
  return sibling;
}
causal::Object object(std::vector<causal::Sibling> siblings) {
  return {.siblings = std::move(siblings), .context = {}};
}

Token token_in(TokenRange tokens, Random& random) {
  return Token{tokens.first.value + random.below(tokens.last.value - tokens.first.value)};
}
std::uint64_t sum(const std::vector<std::uint64_t>& sums) { return std::accumulate(sums.begin(), sums.end(), 0ULL); }

TEST_CASE("a tree knows what its rows are, not how they came to be") {
  for (const TokenRange tokens : {whole, seventh}) {
    Random random(3);
    std::map<Token, causal::Object> rows;
    MerkleTree kept(tokens);
    for (std::uint64_t n = 1; n <= 3000; ++n) {
      const Token token = !rows.empty() && random.chance(1, 2) ? rows.begin()->first : token_in(tokens, random);
      const auto old = rows.find(token);
      const RowShare before = old == rows.end() ? RowShare{} : share_of(token, old->second);
      if (random.chance(1, 3)) {
        rows.erase(token);
        kept.change(token, before, {});
        continue;
      }
      rows[token] = object({sibling(n, random.chance(1, 4)), sibling(n + 10'000)});
      kept.change(token, before, share_of(token, rows[token]));
      if (n == 1000) kept.fit();
    }
    MerkleTree anew(tokens);
    for (const auto& [token, row] : rows) anew.change(token, {}, share_of(token, row));
    CHECK(kept.root() == anew.root());
    CHECK(kept.live() == anew.live());
    CHECK(kept.spent() == anew.spent());
    CHECK(kept.fold(16) == anew.fold(kept.bits()));
    CHECK(sum(anew.fold(16)) == anew.root());
    CHECK(anew.fold(0) == std::vector{anew.root()});
  }
}

TEST_CASE("trees of different size say the same where they hold the same, and differ in one leaf where one row does") {
  Random random(4);
  MerkleTree small(seventh);
  MerkleTree large(seventh);
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    const Token token = token_in(seventh, random);
    for (MerkleTree* tree : {&small, &large}) tree->change(token, {}, share_of(token, object({sibling(n)})));
  }
  small.fit();
  CHECK(small.bits() == 7);
  CHECK(large.bits() == 16);
  CHECK(small.fold(16) == large.fold(7));

  const Token token = token_in(seventh, random);
  large.change(token, {}, share_of(token, object({sibling(5000)})));
  const auto theirs = small.fold(4);
  const auto ours = large.fold(4);
  REQUIRE(ours.size() == 16);
  int differing = 0;
  for (std::size_t leaf = 0; leaf < ours.size(); ++leaf) {
    if (ours[leaf] == theirs[leaf]) continue;
    ++differing;
    CHECK(leaf_tokens(seventh, 4, leaf).contains(token));
  }
  CHECK(differing == 1);
}

TEST_CASE("the same dot under another key, or another dot under the same, is another sum") {
  const auto sum_of = [](std::uint64_t token, std::uint64_t n) {
    return share_of(Token{token}, object({sibling(n)})).sum;
  };
  CHECK(sum_of(1, 1) != sum_of(2, 1));
  CHECK(sum_of(1, 1) != sum_of(1, 2));
  CHECK(sum_of(1, 1) == sum_of(1, 1));
}

TEST_CASE("tombstones add nothing and are known all the same") {
  const Token token{77};
  const RowShare deleted = share_of(token, object({sibling(1, true)}));
  CHECK(deleted.sum == 0);
  CHECK(deleted.live == 0);
  CHECK(deleted.spent == 1);
  CHECK(share_of(token, object({sibling(1, true), sibling(2)})).sum == share_of(token, object({sibling(2)})).sum);
  CHECK(share_of(token, object({})).spent == 1);
  CHECK(share_of(token, object({sibling(2)})).spent == 0);
}

TEST_CASE("the leaves cover a partition without a gap, whatever its size") {
  for (const TokenRange tokens :
       {whole, seventh, TokenRange{Token{100}, Token{163}}, TokenRange{Token{5}, Token{104}}}) {
    for (const std::uint32_t bits : {0U, 1U, 4U, 6U}) {
      Token next = tokens.first;
      for (std::size_t leaf = 0; leaf < std::size_t{1} << bits; ++leaf) {
        const TokenRange covered = leaf_tokens(tokens, bits, leaf);
        if (next == tokens.last && covered.first == tokens.last) continue;  // behind the end
        CHECK(covered.first == next);
        CHECK(covered.first <= covered.last);
        next = covered.last == tokens.last ? tokens.last : Token{covered.last.value + 1};
      }
      CHECK(next == tokens.last);
    }
  }
}

TEST_CASE("a tree that grows says when it is outgrown, and one of the largest size never does") {
  PartitionIndex index(whole);
  CHECK_FALSE(index.built());
  index.read_all();
  CHECK(index.built());
  CHECK(index.tree().bits() == MerkleTree::bits_min);
  Random random(5);
  std::uint64_t rows = 0;
  for (; index.built(); ++rows) {
    const ring::Key key{.bytes = "k", .token = token_in(whole, random)};
    index.change(key, {}, share_of(key.token, object({sibling(rows + 1)})));
  }
  CHECK(rows == (MerkleTree::live_per_leaf_max << MerkleTree::bits_min) + 1);
  CHECK(index.outgrown());

  MerkleTree full(whole);
  full.change(Token{1}, {}, RowShare{.sum = 1, .live = std::numeric_limits<std::uint32_t>::max(), .spent = 0});
  full.fit();
  CHECK_FALSE(full.outgrown());
}

TEST_CASE("while it is read, an index takes changes of what it has read and leaves the others to come") {
  PartitionIndex index(whole);
  const RowShare one = share_of(Token{1}, object({sibling(1)}));
  index.add({.bytes = "b", .token = Token{50}}, one);
  index.read_up_to({.bytes = "b", .token = Token{50}});
  index.change({.bytes = "a", .token = Token{50}}, {}, one);
  CHECK(index.tree().live() == 2);
  index.change({.bytes = "c", .token = Token{50}}, {}, one);
  CHECK(index.tree().live() == 2);
  index.read_all();
  index.change({.bytes = "d", .token = Token{last_token}}, {}, one);
  CHECK(index.tree().live() == 3);
}

TEST_CASE("spent rows are found leaf by leaf, neighbours at once") {
  MerkleTree tree(whole);
  CHECK_FALSE(tree.next_spent(Token{0}).has_value());
  const auto spent_in = [&](std::size_t leaf) {
    tree.change(leaf_tokens(whole, 16, leaf).first, {}, share_of(Token{}, object({sibling(1, true)})));
  };
  for (const std::size_t leaf : {7U, 8U, 8U, 65'535U}) spent_in(leaf);
  const TokenRange neighbours{leaf_tokens(whole, 16, 7).first, leaf_tokens(whole, 16, 8).last};
  CHECK(tree.next_spent(Token{0}) == neighbours);
  const Token within{neighbours.first.value + 5};
  CHECK(tree.next_spent(within) == TokenRange{within, neighbours.last});
  CHECK(tree.next_spent(Token{neighbours.last.value + 1}) == leaf_tokens(whole, 16, 65'535));
}

}  // namespace
}  // namespace starling::storage
