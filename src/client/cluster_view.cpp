#include "client/cluster_view.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace starling::client {

void ClusterView::learn(api::RingInfo ring) {
  bool usable = std::ranges::all_of(ring.assignment, [&](const std::vector<std::uint32_t>& list) {
    return std::ranges::all_of(list, [&](std::uint32_t member) { return member < ring.members.size(); });
  });
  if (usable && ring.epoch >= ring_.epoch) ring_ = std::move(ring);
}

std::span<const std::uint32_t> ClusterView::replicas_of(Token token) const {
  if (!known()) return {};
  return ring_.assignment[partition_of(token, ring_.assignment.size())];
}

Token token_of(std::string_view bucket, std::string_view key) {
  Bytes joined;
  joined.reserve(bucket.size() + 1 + key.size());
  joined.append(bucket).append(1, '\0').append(key);
  return {hash64(joined)};
}

std::size_t partition_of(Token token, std::size_t partitions) {
  using Wide = unsigned __int128;
  return static_cast<std::size_t>((Wide{token.value} * partitions) >> 64);
}

}  // namespace starling::client
