#include "ring/ring.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/ensure.hpp"
#include "ring/lineage.hpp"

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

bool has(std::span<const NodeId> list, NodeId node) { return std::ranges::find(list, node) != list.end(); }

std::size_t count_missing(std::span<const NodeId> from, std::span<const NodeId> in) {
  return static_cast<std::size_t>(std::ranges::count_if(from, [&](NodeId node) { return !has(in, node); }));
}

std::optional<NodeId> first_missing(std::span<const NodeId> from, std::span<const NodeId> in) {
  const auto found = std::ranges::find_if(from, [&](NodeId node) { return !has(in, node); });
  return found == from.end() ? std::nullopt : std::optional(*found);
}

Result<> check_numbers(const RingParts& parts) {
  if (!parts.cluster || !parts.epoch) return fail(ErrorCode::invalid, "a ring needs a cluster id and an epoch");
  if (parts.epoch.value == std::numeric_limits<std::uint64_t>::max())
    return fail(ErrorCode::invalid, "a ring needs an epoch that another can follow");
  if (parts.replicas == 0 || parts.replicas > replicas_max)
    return fail(ErrorCode::invalid, fmt::format("a ring keeps 1 to {} replicas, not {}", replicas_max, parts.replicas));
  if (parts.present.empty() || parts.present.size() > partitions_max)
    return fail(ErrorCode::invalid,
                fmt::format("a ring has 1 to {} partitions, not {}", partitions_max, parts.present.size()));
  if (parts.next.size() != (parts.stage == Stage::settled ? 0 : parts.present.size()))
    return fail(ErrorCode::invalid, "a ring has a next assignment while it changes, and only then");
  if (!parts.versions.empty() && parts.versions.size() != parts.present.size())
    return fail(ErrorCode::invalid, "each partition has a version");
  if (parts.lineages.size() != lineage_of(parts.epoch) || std::ranges::count(parts.lineages, LineageId{}) != 0)
    return fail(ErrorCode::invalid, "a ring names the lineages that led to its epoch");
  const auto impossible = [&](Epoch version) { return !version || version > parts.epoch; };
  if (std::ranges::any_of(parts.versions, impossible))
    return fail(ErrorCode::invalid, "a partition's version is an epoch that has been");
  return {};
}

}  // namespace

Result<Ring> Ring::make(RingParts parts) {
  if (auto fine = check_numbers(parts); !fine) return std::unexpected(fine.error());
  auto members = checked_members(std::move(parts.members));
  if (!members) return std::unexpected(members.error());

  Ring ring;
  ring.cluster_ = parts.cluster;
  ring.epoch_ = parts.epoch;
  ring.replicas_ = parts.replicas;
  ring.partitions_ = static_cast<std::uint32_t>(parts.present.size());
  ring.stage_ = parts.stage;
  ring.members_ = *std::move(members);
  ring.lineages_ = std::move(parts.lineages);
  ring.versions_ = std::move(parts.versions);
  ring.versions_.resize(ring.partitions_, parts.epoch);
  auto present = ring.checked_lists(parts.present);
  if (!present) return std::unexpected(present.error());
  ring.present_ = *std::move(present);
  if (auto fine = ring.check_joining(); !fine) return std::unexpected(fine.error());
  if (ring.settled()) {
    ring.next_ = ring.present_;
    return ring;
  }
  auto next = ring.checked_lists(parts.next);
  if (!next) return std::unexpected(next.error());
  ring.next_ = *std::move(next);
  if (auto fine = ring.check_moves(); !fine) return std::unexpected(fine.error());
  return ring;
}

Result<Ring> Ring::make(ClusterId cluster, Epoch epoch, std::uint32_t replicas, std::vector<Member> members,
                        Assignment assignment) {
  return make({.cluster = cluster,
               .epoch = epoch,
               .replicas = replicas,
               .members = std::move(members),
               .present = std::move(assignment)});
}

Result<Ring::Lists> Ring::checked_lists(const Assignment& assignment) const {
  Lists lists{.length = assignment.front().size(), .nodes = {}};
  const std::size_t longest = std::min<std::size_t>(replicas_, members_.size());
  if (lists.length == 0 || lists.length > longest)
    return fail(ErrorCode::invalid,
                fmt::format("partitions have {} replicas instead of 1 to {}", lists.length, longest));
  lists.nodes.reserve(assignment.size() * lists.length);
  for (std::size_t partition = 0; partition < assignment.size(); ++partition) {
    const PreferenceList& list = assignment[partition];
    if (auto fine = check_list(*this, partition, list, lists.length); !fine) return std::unexpected(fine.error());
    lists.nodes.insert(lists.nodes.end(), list.begin(), list.end());
  }
  return lists;
}

/// What is given up must leave a ring of those who were there before.
Result<> Ring::check_joining() const {
  const auto joins = [](const Member& member) { return member.standing == Standing::joining; };
  if (stage_ != Stage::read_old && std::ranges::any_of(members_, joins))
    return fail(ErrorCode::invalid, "a member is joining only until the next lists are read");
  for (const NodeId owner : present_.nodes)
    if (joins(*find(owner)))
      return fail(ErrorCode::invalid, fmt::format("node {} is joining, and owns something already", to_string(owner)));
  return {};
}

/// Two lists that differ in one place have quorums that meet in all but that place: what stages and seals rely on.
Result<> Ring::check_moves() const {
  for (std::uint32_t p = 0; p < partitions_; ++p) {
    const PartitionId partition{static_cast<std::uint16_t>(p)};
    const auto present = present_.of(partition);
    const auto next = next_.of(partition);
    if (count_missing(present, next) > 1 || count_missing(next, present) > 1)
      return fail(ErrorCode::invalid, fmt::format("more than one place of partition {} moves", p));
  }
  return {};
}

RingParts Ring::parts() const {
  RingParts parts{.cluster = cluster_,
                  .epoch = epoch_,
                  .replicas = replicas_,
                  .stage = stage_,
                  .members = members_,
                  .present = {},
                  .next = {},
                  .versions = versions_,
                  .lineages = lineages_};
  for (std::uint32_t p = 0; p < partitions_; ++p) {
    const auto [present, next] = write_lists({static_cast<std::uint16_t>(p)});
    parts.present.emplace_back(present.begin(), present.end());
    if (!settled()) parts.next.emplace_back(next.begin(), next.end());
  }
  return parts;
}

const Member* Ring::find(NodeId id) const {
  const auto it = std::ranges::lower_bound(members_, id, {}, &Member::id);
  return it != members_.end() && it->id == id ? &*it : nullptr;
}

std::vector<NodeId> Ring::voters() const {
  std::vector<NodeId> voters;
  for (const Member& member : members_)
    if (member.standing != Standing::joining) voters.push_back(member.id);
  return voters;
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
  return stage_ == Stage::read_new ? next_.of(partition) : present_.of(partition);
}

std::array<std::span<const NodeId>, 2> Ring::write_lists(PartitionId partition) const {
  ensure(partition.value < partitions_, "a partition of this ring");
  return {present_.of(partition), next_.of(partition)};
}

PreferenceList Ring::owners(PartitionId partition) const {
  const auto read = preference_list(partition);
  PreferenceList owners(read.begin(), read.end());
  for (const auto list : write_lists(partition))
    for (const NodeId node : list)
      if (!has(owners, node)) owners.push_back(node);
  return owners;
}

bool Ring::owns(NodeId node, PartitionId partition) const {
  const auto [present, next] = write_lists(partition);
  return has(present, node) || (!settled() && has(next, node));
}

Epoch Ring::version(PartitionId partition) const {
  ensure(partition.value < partitions_, "a partition of this ring");
  return versions_[partition.value];
}

std::optional<NodeId> Ring::newcomer(PartitionId partition) const {
  if (settled()) return std::nullopt;
  const auto [present, next] = write_lists(partition);
  return first_missing(next, present);
}

std::optional<NodeId> Ring::leaver(PartitionId partition) const {
  if (settled()) return std::nullopt;
  const auto [present, next] = write_lists(partition);
  return first_missing(present, next);
}

PreferenceList Ring::fetchers(PartitionId partition) const {
  if (const auto come = newcomer(partition)) return {*come};
  if (!leaver(partition)) return {};
  const auto stay = write_lists(partition)[1];
  return {stay.begin(), stay.end()};
}

std::vector<PartitionId> Ring::moving_partitions() const {
  std::vector<PartitionId> partitions;
  for (std::uint32_t p = 0; p < partitions_; ++p)
    if (const PartitionId partition{static_cast<std::uint16_t>(p)}; moving(partition)) partitions.push_back(partition);
  return partitions;
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
    for (const auto list : write_lists(partition)) neighbours.insert(neighbours.end(), list.begin(), list.end());
  std::ranges::sort(neighbours);
  const auto repeated = std::ranges::unique(neighbours);
  neighbours.erase(repeated.begin(), repeated.end());
  std::erase(neighbours, node);
  return neighbours;
}

}  // namespace starling::ring
