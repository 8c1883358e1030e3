#include "ring/lineage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace starling::ring {

namespace {

/// Lineages begun apart begin at one of so many epochs.
constexpr std::uint64_t first_epochs = 1ULL << 20;

Epoch first_epoch(const Ring& before, LineageId id) {
  return {((lineage_of(before.epoch()) + 1) << 32) + id.value % first_epochs};
}

bool has(std::span<const NodeId> nodes, NodeId node) { return std::ranges::find(nodes, node) != nodes.end(); }

/// Gives free places to those that have least, and to other zones than the list is in already, if there are any.
class Filler {
 public:
  Filler(std::span<const Member> members, const Assignment& kept) : members_(members) {
    for (const PreferenceList& list : kept)
      for (const NodeId node : list) ++loads_[node];
  }

  void fill(PreferenceList& list, std::size_t length) {
    std::set<std::string> zones;
    for (const Member& member : members_)
      if (has(list, member.id)) zones.insert(member.zone);
    while (list.size() < length) {
      const auto cost = [&](const Member& member) {
        return std::tuple(has(list, member.id), zones.contains(member.zone), loads_[member.id]);
      };
      const Member& chosen = *std::ranges::min_element(members_, {}, cost);
      list.push_back(chosen.id);
      zones.insert(chosen.zone);
      ++loads_[chosen.id];
    }
  }

 private:
  std::span<const Member> members_;
  std::map<NodeId, std::uint32_t> loads_;
};

std::vector<Member> without(const Ring& ring, std::span<const NodeId> gone) {
  std::vector<Member> left;
  for (const Member& member : ring.members()) {
    if (has(gone, member.id)) continue;
    left.push_back(member);
    left.back().standing = Standing::active;
  }
  return left;
}

}  // namespace

Result<Ring> begin_lineage(const Ring& ring, std::span<const NodeId> gone, LineageId id) {
  for (const NodeId node : gone)
    if (ring.find(node) == nullptr)
      return fail(ErrorCode::invalid, fmt::format("node {} is no member", to_string(node)));
  RingParts parts = ring.parts();
  parts.epoch = first_epoch(ring, id);
  parts.lineages.push_back(id);
  parts.stage = Stage::settled;
  parts.members = without(ring, gone);
  parts.next.clear();
  parts.versions.clear();
  if (parts.members.empty()) return fail(ErrorCode::invalid, "that would leave no member");
  const std::size_t length = std::min<std::size_t>(ring.replicas(), parts.members.size());
  for (std::uint32_t p = 0; p < ring.partitions(); ++p) {
    parts.present[p] = ring.owners({static_cast<std::uint16_t>(p)});
    std::erase_if(parts.present[p], [&](NodeId owner) { return has(gone, owner); });
    if (parts.present[p].size() > length) parts.present[p].resize(length);
  }
  const std::vector<Member> members = parts.members;
  Filler filler(members, parts.present);
  for (PreferenceList& list : parts.present) filler.fill(list, length);
  return Ring::make(std::move(parts));
}

bool begins_lineage(const Ring& ring, const Ring& next) {
  if (next.lineages().size() != ring.lineages().size() + 1) return false;
  std::vector<NodeId> gone;
  for (const Member& member : ring.members())
    if (next.find(member.id) == nullptr) gone.push_back(member.id);
  const auto expected = begin_lineage(ring, gone, next.lineages().back());
  return expected && *expected == next;
}

bool descends(const Ring& ring, const Ring& from) {
  const auto lineages = ring.lineages();
  return lineages.size() >= from.lineages().size() &&
         std::ranges::equal(lineages.first(from.lineages().size()), from.lineages());
}

Losses losses(const Ring& ring, std::span<const NodeId> gone) {
  Losses losses;
  const auto is_gone = [&](NodeId node) { return has(gone, node); };
  for (std::uint32_t p = 0; p < ring.partitions(); ++p) {
    const PartitionId partition{static_cast<std::uint16_t>(p)};
    // Those whom reads ask have all that was acknowledged, a majority of them each write.
    const auto read = ring.preference_list(partition);
    const auto lost = static_cast<std::size_t>(std::ranges::count_if(read, is_gone));
    if (std::ranges::all_of(ring.owners(partition), is_gone))
      ++losses.gone;
    else if (lost >= read.size() / 2 + 1)
      ++losses.incomplete;
  }
  return losses;
}

}  // namespace starling::ring
