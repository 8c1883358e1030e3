#pragma once

#include <array>
#include <cstdint>
#include <optional>
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
/// One list for each partition.
using Assignment = std::vector<PreferenceList>;

/// How far a change from one assignment to the next has come. While it is under way every write is
/// made under both; reads go by the present one until all newcomers hold what they own, then by the next.
enum class Stage : std::uint8_t { settled, read_old, read_new };

/// All that a ring says, unchecked.
struct RingParts {
  ClusterId cluster;
  Epoch epoch;
  std::uint32_t replicas{};  ///< N as configured; lists are shorter while the cluster is smaller
  Stage stage{Stage::settled};
  std::vector<Member> members;
  Assignment present;
  Assignment next;              ///< none where the ring is settled
  std::vector<Epoch> versions;  ///< for each partition; none: all are of this epoch
  std::vector<LineageId> lineages;
};

/// Who owns what: Q equal partitions of the hash space, a preference list for each. Immutable;
/// a change is a series of new rings, each with the next epoch (ring/change.hpp).
///
/// In a ring that changes a partition that moves has two lists, which differ in one place: one
/// member comes, or goes, or both. Lists of one assignment are equally long. Members are joining in
/// the first stage of a change only, and are in no present list.
class Ring {
 public:
  /// Checks every invariant: distinct members (sorted here), 1 to partitions_max lists of distinct
  /// members, equally long and no longer than N, an id and an epoch. `invalid` with the one that is broken.
  static Result<Ring> make(RingParts parts);
  /// A settled one.
  static Result<Ring> make(ClusterId cluster, Epoch epoch, std::uint32_t replicas, std::vector<Member> members,
                           Assignment assignment);
  RingParts parts() const;

  ClusterId cluster() const { return cluster_; }
  Epoch epoch() const { return epoch_; }
  /// N as configured; a list may be shorter, see above.
  std::uint32_t replicas() const { return replicas_; }
  std::uint32_t partitions() const { return partitions_; }
  Stage stage() const { return stage_; }
  bool settled() const { return stage_ == Stage::settled; }
  /// That were begun by force on the way to this ring, oldest first (ring/lineage.hpp).
  std::span<const LineageId> lineages() const { return lineages_; }
  std::span<const Member> members() const { return members_; }
  const Member* find(NodeId id) const;
  /// Who decides on the next ring: everybody but those who are still joining.
  std::vector<NodeId> voters() const;

  /// token · Q / 2⁶⁴: partitions are in token order.
  PartitionId partition_of(Token token) const {
    return {static_cast<std::uint16_t>((static_cast<unsigned __int128>(token.value) * partitions_) >> 64)};
  }
  /// The first and the last token of a partition.
  Token first_token(PartitionId partition) const;
  Token last_token(PartitionId partition) const;

  /// Whom reads ask.
  std::span<const NodeId> preference_list(PartitionId partition) const;
  /// A write needs its quorum in each of them: the present list and the next one, the same twice where
  /// the partition does not move.
  std::array<std::span<const NodeId>, 2> write_lists(PartitionId partition) const;
  /// Everybody who takes writes of it: those whom reads ask, then those whom they do not.
  PreferenceList owners(PartitionId partition) const;
  /// It is one of the owners.
  bool owns(NodeId node, PartitionId partition) const;
  /// The epoch in which it began to be read and written as it is now. Requests between nodes carry it: two nodes that
  /// agree on it treat the partition alike, whatever else their rings say.
  Epoch version(PartitionId partition) const;

  bool moving(PartitionId partition) const { return newcomer(partition) || leaver(partition); }
  /// Who is in the next list only.
  std::optional<NodeId> newcomer(PartitionId partition) const;
  /// Who is in the present list only.
  std::optional<NodeId> leaver(PartitionId partition) const;
  std::vector<PartitionId> moving_partitions() const;
  /// Whoever must hold all of it before reads go by the next list: the newcomer; where nobody comes, those who stay. A
  /// write may lie at a majority of the present list and at a minority of the shorter next one.
  PreferenceList fetchers(PartitionId partition) const;

  std::vector<PartitionId> partitions_of(NodeId node) const;
  /// Everyone who shares at least one partition with `node`, itself not included; sorted.
  std::vector<NodeId> neighbours_of(NodeId node) const;

  friend bool operator==(const Ring&, const Ring&) = default;

 private:
  /// Lists one after the other, all equally long.
  struct Lists {
    std::size_t length{};
    std::vector<NodeId> nodes;
    std::span<const NodeId> of(PartitionId partition) const {
      return std::span(nodes).subspan(partition.value * length, length);
    }
    friend bool operator==(const Lists&, const Lists&) = default;
  };

  Ring() = default;
  Result<Lists> checked_lists(const Assignment& assignment) const;
  Result<> check_joining() const;
  Result<> check_moves() const;

  ClusterId cluster_;
  Epoch epoch_;
  std::uint32_t replicas_{};
  std::uint32_t partitions_{};
  Stage stage_{Stage::settled};
  std::vector<Member> members_;
  Lists present_;
  Lists next_;  ///< the same as `present_` where the ring is settled
  std::vector<Epoch> versions_;
  std::vector<LineageId> lineages_;
};

/// Canonical bytes, for the disk and for peers. decode_ring() checks what Ring::make() checks, and
/// takes only what encode() makes.
Bytes encode(const Ring& ring);
Result<Ring> decode_ring(BytesView bytes);

}  // namespace starling::ring
