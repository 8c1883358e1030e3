#include "node/change_reply.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ring/balance.hpp"

namespace starling::node {

namespace {

std::vector<NodeId> missing(std::span<const NodeId> from, std::span<const NodeId> in) {
  std::vector<NodeId> missing;
  for (const NodeId node : from)
    if (std::ranges::find(in, node) == in.end()) missing.push_back(node);
  return missing;
}

std::vector<port::ChangeReply::Move> moves_between(const ring::Ring& before, const ring::Ring& after,
                                                   std::optional<std::uint64_t> partition_bytes) {
  std::map<std::pair<NodeId, NodeId>, std::uint32_t> moves;
  for (std::uint32_t p = 0; p < before.partitions(); ++p) {
    const PartitionId partition{static_cast<std::uint16_t>(p)};
    const auto old = before.preference_list(partition);
    const auto young = after.preference_list(partition);
    const auto gone = missing(old, young);
    const auto come = missing(young, old);
    for (std::size_t i = 0; i < std::max(gone.size(), come.size()); ++i)
      ++moves[{i < gone.size() ? gone[i] : NodeId{}, i < come.size() ? come[i] : NodeId{}}];
  }
  std::vector<port::ChangeReply::Move> list;
  for (const auto& [pair, partitions] : moves)
    list.push_back({.from = pair.first,
                    .to = pair.second,
                    .partitions = partitions,
                    .bytes = partition_bytes.transform([&](std::uint64_t each) { return each * partitions; })});
  return list;
}

std::vector<port::ChangeReply::Load> loads_of(const ring::Ring& before, const ring::Ring& begun,
                                              const ring::Ring& after, const std::vector<Named>& known) {
  auto old = ring::loads_of(before.parts().present);
  auto young = ring::loads_of(after.parts().present);
  std::map<NodeId, std::string> zones;
  for (const ring::Member& member : before.members()) zones[member.id] = member.zone;
  for (const ring::Member& member : begun.members()) zones[member.id] = member.zone;
  std::vector<port::ChangeReply::Load> loads;
  for (const auto& [node, zone] : zones) {
    const auto named = std::ranges::find(known, node, &Named::node);
    loads.push_back({.node = node,
                     .name = named == known.end() ? std::string() : named->name,
                     .zone = zone,
                     .before = old[node],
                     .after = young[node]});
  }
  return loads;
}

std::uint32_t zones_of(const ring::Ring& ring) {
  return static_cast<std::uint32_t>(ring::zones_spanned(ring.parts().present, ring.members()));
}

}  // namespace

port::ChangeReply change_reply(const ring::Ring& before, const topology::Forecast& forecast,
                               const std::vector<Named>& known, std::optional<std::uint64_t> partition_bytes) {
  port::ChangeReply reply{.epoch = forecast.begun.epoch(),
                          .moving = 0,
                          .moves_least = static_cast<std::uint32_t>(forecast.moves_least),
                          .further_changes = forecast.further_changes,
                          .zones_before = zones_of(before),
                          .zones_after = zones_of(forecast.last),
                          .moves = moves_between(before, forecast.last, partition_bytes),
                          .loads = loads_of(before, forecast.begun, forecast.last, known)};
  for (const auto& move : reply.moves) reply.moving += move.partitions;
  return reply;
}

}  // namespace starling::node
