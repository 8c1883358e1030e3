#include "ring/ring.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"

namespace starling::ring {

namespace {

/// The first token of partition p of Q, ⌈p · 2⁶⁴ / Q⌉. p < Q.
std::uint64_t first_of(std::uint32_t partition, std::uint32_t partitions) {
  const auto space = static_cast<unsigned __int128>(1) << 64;
  return static_cast<std::uint64_t>((space * partition + partitions - 1) / partitions);
}

Result<> check_list(const Ring& ring, std::size_t partition, const PreferenceList& list, std::size_t length) {
  if (list.size() != length)
    return fail(ErrorCode::invalid,
                fmt::format("partition {} has {} replicas instead of {}", partition, list.size(), length));
  for (auto it = list.begin(); it != list.end(); ++it) {
    if (ring.find(*it) == nullptr)
      return fail(ErrorCode::invalid,
                  fmt::format("partition {} has {}, which is no member", partition, to_string(*it)));
    if (std::find(list.begin(), it, *it) != it)
      return fail(ErrorCode::invalid, fmt::format("partition {} has {} twice", partition, to_string(*it)));
  }
  return {};
}

}  // namespace

Result<Ring> Ring::make(ClusterId cluster, Epoch epoch, std::uint32_t replicas, std::vector<Member> members,
                        const std::vector<PreferenceList>& assignment) {
  if (!cluster || !epoch) return fail(ErrorCode::invalid, "a ring needs a cluster id and an epoch");
  if (replicas == 0 || replicas > replicas_max)
    return fail(ErrorCode::invalid, fmt::format("a ring keeps 1 to {} replicas, not {}", replicas_max, replicas));
  if (assignment.empty() || assignment.size() > partitions_max)
    return fail(ErrorCode::invalid,
                fmt::format("a ring has 1 to {} partitions, not {}", partitions_max, assignment.size()));
  auto checked = checked_members(std::move(members));
  if (!checked) return std::unexpected(checked.error());

  Ring ring;
  ring.cluster_ = cluster;
  ring.epoch_ = epoch;
  ring.replicas_ = replicas;
  ring.partitions_ = static_cast<std::uint32_t>(assignment.size());
  ring.members_ = *std::move(checked);
  const std::size_t length = std::min<std::size_t>(replicas, ring.members_.size());
  ring.owners_.reserve(assignment.size() * length);
  for (std::size_t partition = 0; partition < assignment.size(); ++partition) {
    const PreferenceList& list = assignment[partition];
    if (auto fine = check_list(ring, partition, list, length); !fine) return std::unexpected(fine.error());
    ring.owners_.insert(ring.owners_.end(), list.begin(), list.end());
  }
  return ring;
}

const Member* Ring::find(NodeId id) const {
  const auto it = std::ranges::lower_bound(members_, id, {}, &Member::id);
  return it != members_.end() && it->id == id ? &*it : nullptr;
}

Token Ring::first_token(PartitionId partition) const {
  ensure(partition.value < partitions_, "a partition of this ring");
  return {first_of(partition.value, partitions_)};
}

Token Ring::last_token(PartitionId partition) const {
  ensure(partition.value < partitions_, "a partition of this ring");
  if (partition.value + 1U == partitions_) return {std::numeric_limits<std::uint64_t>::max()};
  return {first_of(partition.value + 1U, partitions_) - 1};
}

std::span<const NodeId> Ring::preference_list(PartitionId partition) const {
  ensure(partition.value < partitions_, "a partition of this ring");
  const std::size_t length = owners_.size() / partitions_;
  return std::span(owners_).subspan(partition.value * length, length);
}

bool Ring::owns(NodeId node, PartitionId partition) const {
  return std::ranges::count(preference_list(partition), node) != 0;
}

std::vector<PartitionId> Ring::partitions_of(NodeId node) const {
  std::vector<PartitionId> owned;
  for (std::uint32_t p = 0; p < partitions_; ++p)
    if (const PartitionId partition{static_cast<std::uint16_t>(p)}; owns(node, partition)) owned.push_back(partition);
  return owned;
}

std::vector<NodeId> Ring::neighbours_of(NodeId node) const {
  std::vector<NodeId> neighbours;
  for (const PartitionId partition : partitions_of(node))
    for (const NodeId other : preference_list(partition))
      if (other != node) neighbours.push_back(other);
  std::ranges::sort(neighbours);
  const auto repeated = std::ranges::unique(neighbours);
  neighbours.erase(repeated.begin(), repeated.end());
  return neighbours;
}

}  // namespace starling::ring
