#include "node/forced_removal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/words.hpp"
#include "node/change_reply.hpp"
#include "node/rooms.hpp"
#include "ring/lineage.hpp"

namespace starling::node {

namespace {

/// "node4, node5"
std::string names_of(const Rooms& rooms, std::span<const NodeId> nodes) {
  std::string names;
  for (const NodeId node : nodes) {
    const auto* known = rooms.membership.find(node);
    names += (names.empty() ? "" : ", ") + (known && !known->name.empty() ? known->name : to_string(node));
  }
  return names;
}

}  // namespace

Result<std::vector<NodeId>> gone_for_good(const Rooms& rooms, std::span<const port::NodeName> names) {
  std::vector<Named> known = everybody(rooms.membership.members(), {});
  for (const ring::Member& member : rooms.book.ring()->members())
    if (std::ranges::find(known, member.id, &Named::node) == known.end())
      known.push_back({.node = member.id, .name = {}, .peer = {}});
  std::vector<NodeId> gone;
  for (const auto& name : names) {
    const auto node = find_node(name, known);
    if (!node) return std::unexpected(node.error());
    gone.push_back(*node);
  }
  return gone;
}

port::ChangeReply forced_reply(const ring::Ring& before, const ring::Ring& ring, const std::vector<Named>& known,
                               std::optional<std::uint64_t> partition_bytes) {
  auto reply = change_reply(before, topology::forecast(ring, ring), known, partition_bytes);
  reply.moves_least = reply.moving;
  return reply;
}

std::string price_of(const Rooms& rooms, std::span<const NodeId> gone, std::optional<std::uint64_t> partition_bytes) {
  const ring::Ring& ring = *rooms.book.ring();
  const auto [lost, incomplete] = ring::losses(ring, gone);
  const auto about = [&](std::uint32_t partitions) {
    return partition_bytes ? fmt::format(", about {}", bytes_in_words(partitions * *partition_bytes)) : std::string();
  };
  std::string price;
  if (lost > 0)
    price += fmt::format("{} of {} partitions have no replica left: what is in them{} is gone, and they begin empty. ",
                         lost, ring.partitions(), about(lost));
  if (incomplete > 0)
    price += fmt::format(
        "Of {} of {} partitions so many replicas are gone that they may have been the majority which acknowledged a "
        "write: the latest writes and deletes of these{} may be missing. ",
        incomplete, ring.partitions(), about(incomplete));
  price += fmt::format(
      "And {} can never be members again with what they have now: should they be started, they hand over what nobody "
      "else has, and stop.",
      names_of(rooms, gone));
  return price;
}

}  // namespace starling::node
