#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "starling/types.hpp"

namespace starling::client {

/// What a client believes about who owns what: the last ring it was told, ready to be asked by
/// token. It is only a hint: any node takes any request, a wrong one costs one hop.
class ClusterView {
 public:
  bool known() const { return ring_.epoch > 0 && !ring_.assignment.empty(); }
  /// An older ring than the one known is passed over.
  void learn(api::RingInfo ring);

  std::span<const api::Member> members() const { return ring_.members; }
  /// The replicas of the key that lives there, the preferred coordinator first, as indices into
  /// members(). Empty while no ring is known.
  std::span<const std::uint32_t> replicas_of(Token token) const;

 private:
  api::RingInfo ring_;
};

/// Where a key of a bucket (empty: the default one) lives. Whether the two are within bounds is for
/// the nodes to say.
Token token_of(std::string_view bucket, std::string_view key);

/// token · Q / 2⁶⁴
std::size_t partition_of(Token token, std::size_t partitions);

}  // namespace starling::client
