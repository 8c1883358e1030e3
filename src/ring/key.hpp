#pragma once

#include <compare>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

namespace starling::ring {

inline constexpr std::size_t key_bytes_max = 4096;
inline constexpr std::size_t bucket_bytes_max = 255;

/// A key of a bucket and its place in the hash space, computed once where a request enters.
/// `bytes` is bucket, 0, key: ordered by bucket first; a bucket has no zero byte, a key may.
struct Key {
  Bytes bytes;
  Token token;

  /// `invalid` with the bound in words for an empty or oversized key or bucket, or a 0 in the bucket.
  static Result<Key> make(BytesView bucket, BytesView key);
  /// From the joined form, as stored or received: `malformed` where make() would have refused.
  static Result<Key> from_bytes(BytesView bytes);

  BytesView bucket() const;
  BytesView key() const;

  friend auto operator<=>(const Key& a, const Key& b) {
    if (auto order = a.token <=> b.token; order != 0) return order;
    return a.bytes <=> b.bytes;
  }
  friend bool operator==(const Key&, const Key&) = default;
};

}  // namespace starling::ring
