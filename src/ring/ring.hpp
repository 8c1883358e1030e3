#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"

namespace starling::ring {

inline constexpr std::size_t members_max = 1024;
inline constexpr std::uint32_t partitions_max = 4096;
inline constexpr std::uint32_t replicas_max = 16;  ///< the longest preference list; Ring::make() and plan() refuse more

/// A node as the ring knows it. Names and addresses are not here: they come from gossip, so a
/// node may move without a new ring.
struct Member {
  NodeId id;
  std::string zone;
  std::uint32_t weight{1};  ///< its share of the partitions, relative to the others'
  friend bool operator==(const Member&, const Member&) = default;
};

/// N distinct members in the order in which they are asked. Dynamo §4.3.
using PreferenceList = std::vector<NodeId>;

/// Who owns what: Q equal partitions of the hash space, a preference list for each. Immutable;
/// a change is a new ring with the next epoch. While the cluster is smaller than N, lists are as
/// long as there are members. (DESIGN §5. The stages of a change join this type with the issue
/// that moves partitions.)
class Ring {
 public:
  /// Checks every invariant: distinct sorted members, Q lists of min(N, members) distinct members.
  static Result<Ring> make(ClusterId cluster, Epoch epoch, std::uint32_t replicas, std::vector<Member> members,
                           std::vector<PreferenceList> assignment);

  ClusterId cluster() const { return cluster_; }
  Epoch epoch() const { return epoch_; }
  /// N as configured; a list may be shorter, see above.
  std::uint32_t replicas() const { return replicas_; }
  std::uint32_t partitions() const { return static_cast<std::uint32_t>(assignment_.size()); }
  std::span<const Member> members() const { return members_; }
  const Member* find(NodeId id) const;

  /// token · Q / 2⁶⁴: partitions are in token order.
  PartitionId partition_of(Token token) const;
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
  std::vector<Member> members_;
  std::vector<PreferenceList> assignment_;
};

/// Canonical bytes, for the disk and for peers. decode() checks what Ring::make() checks.
Bytes encode(const Ring& ring);
Result<Ring> decode_ring(BytesView bytes);

}  // namespace starling::ring
