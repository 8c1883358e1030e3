#include "ring/key.hpp"

#include <fmt/format.h>

#include "base/hash.hpp"

namespace starling::ring {

namespace {

constexpr char separator = '\0';

}  // namespace

Result<Key> Key::make(BytesView bucket, BytesView key) {
  if (key.empty() || key.size() > key_bytes_max)
    return fail(ErrorCode::invalid, fmt::format("a key has 1 to {} bytes, not {}", key_bytes_max, key.size()));
  if (bucket.size() > bucket_bytes_max)
    return fail(ErrorCode::invalid,
                fmt::format("a bucket's name has at most {} bytes, not {}", bucket_bytes_max, bucket.size()));
  if (bucket.find(separator) != BytesView::npos) return fail(ErrorCode::invalid, "a bucket's name has no zero byte");
  Bytes bytes;
  bytes.reserve(bucket.size() + 1 + key.size());
  bytes.append(bucket).push_back(separator);
  bytes.append(key);
  const Token token{hash64(bytes)};
  return Key{.bytes = std::move(bytes), .token = token};
}

Result<Key> Key::from_bytes(BytesView bytes) {
  const std::size_t end = bytes.find(separator);
  if (end == BytesView::npos) return fail(ErrorCode::malformed, "a key without a bucket");
  auto key = make(bytes.substr(0, end), bytes.substr(end + 1));
  if (!key) return fail(ErrorCode::malformed, key.error().message);
  return key;
}

BytesView Key::bucket() const { return BytesView(bytes).substr(0, bytes.find(separator)); }

BytesView Key::key() const { return BytesView(bytes).substr(bytes.find(separator) + 1); }

}  // namespace starling::ring
