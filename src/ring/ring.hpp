#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "ring/member.hpp"

namespace starling::ring {

inline constexpr std::uint32_t partitions_max = 4096;
inline constexpr std::uint32_t replicas_max = 16;  ///< the longest preference list; Ring::make() and plan() refuse more

/// N distinct members in the order in which they are asked. Dynamo §4.3.
using PreferenceList = std::vector<NodeId>;

/// Who owns what: Q equal partitions of the hash space, a preference list for each. Immutable;
/// a change is a new ring with the next epoch. While the cluster is smaller than N, lists are as
/// long as there are members.
class Ring {
 public:
  /// Checks every invariant: distinct members (sorted here), 1 to partitions_max lists of
  /// min(N, members) distinct members each, an id and an epoch. `invalid` with the one that is broken.
  static Result<Ring> make(ClusterId cluster, Epoch epoch, std::uint32_t replicas, std::vector<Member> members,
                           const std::vector<PreferenceList>& assignment);

  ClusterId cluster() const { return cluster_; }
  Epoch epoch() const { return epoch_; }
  /// N as configured; a list may be shorter, see above.
  std::uint32_t replicas() const { return replicas_; }
  std::uint32_t partitions() const { return partitions_; }
  std::span<const Member> members() const { return members_; }
  const Member* find(NodeId id) const;

  /// token · Q / 2⁶⁴: partitions are in token order.
  PartitionId partition_of(Token token) const {
    return {static_cast<std::uint16_t>((static_cast<unsigned __int128>(token.value) * partitions_) >> 64)};
  }
  /// The first and the last token of a partition.
  Token first_token(PartitionId partition) const;
  Token last_token(PartitionId partition) const;

  std::span<const NodeId> preference_list(PartitionId partition) const;
  bool owns(NodeId node, PartitionId partition) const;
  std::vector<PartitionId> partitions_of(NodeId node) const;
  /// Everyone who shares at least one partition with `node`, itself not included; sorted.
  std::vector<NodeId> neighbours_of(NodeId node) const;

  friend bool operator==(const Ring&, const Ring&) = default;

 private:
  Ring() = default;

  ClusterId cluster_;
  Epoch epoch_;
  std::uint32_t replicas_{};
  std::uint32_t partitions_{};
  std::vector<Member> members_;
  std::vector<NodeId> owners_;  ///< the preference lists, one after the other: all are equally long
};

/// Canonical bytes, for the disk and for peers. decode_ring() checks what Ring::make() checks, and
/// takes only what encode() makes.
Bytes encode(const Ring& ring);
Result<Ring> decode_ring(BytesView bytes);

}  // namespace starling::ring
