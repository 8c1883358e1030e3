#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/ids.hpp"
#include "ring/key.hpp"

namespace starling::storage {

/// Remembers causal::digest() of keys by their token, so that the replicas whose digest a read asks
/// for need not read a row: 16 bytes a key instead of a walk down a tree.
///
/// A key that is not found there is only slower. Two keys of one token share a place, and one of
/// them may be given the other's digest: since no dot belongs to two keys, that can only make
/// replicas look different, which costs the read a second round. The digest of "nothing lives" is
/// the exception, the same for all keys, and is therefore not kept.
class DigestCache {
 public:
  static constexpr std::size_t entry_bytes = 16;

  /// Room for so many keys at most, and for a few at least. Memory is taken as it fills.
  explicit DigestCache(std::size_t entries);

  /// 0: not known.
  std::uint64_t find(Token token) const;
  /// 0 forgets it. The one that has been there longest gives way.
  void keep(Token token, std::uint64_t digest);
  void clear();

 private:
  struct Entry {
    std::uint64_t token;
    std::uint64_t digest;  ///< 0: free
  };
  /// One cache line: the entries of a group are looked at together, the newest first.
  struct alignas(64) Group {
    std::array<Entry, 4> entries;
  };
  static_assert(sizeof(Group) == 4 * entry_bytes);
  struct Unmap {
    std::size_t bytes;
    void operator()(Group* groups) const;
  };

  /// The high bits of a token say its partition, and a node has only some of these.
  Group& group_of(Token token) const { return groups_[token.value & mask_]; }

  std::size_t mask_;
  std::unique_ptr<Group[], Unmap> groups_;
};

}  // namespace starling::storage
