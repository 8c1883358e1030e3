#include "node/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace starling::node {

namespace {

std::string title(const wire::MemberUpdate& member) {
  if (member.name.empty() && !member.peer) return fmt::format("node {}", to_string(member.node));
  return fmt::format("node '{}' ({})", member.name, to_string(member.peer));
}

void count_partitions(const ring::Ring& ring, const port::Peers& peers, port::StatusReply& status) {
  for (std::uint32_t p = 0; p < ring.partitions(); ++p) {
    const auto list = ring.preference_list({static_cast<std::uint16_t>(p)});
    const auto reachable =
        static_cast<std::size_t>(std::ranges::count_if(list, [&](NodeId node) { return peers.reachable(node); }));
    if (reachable < list.size() / 2 + 1)
      ++status.partitions_below_quorum;
    else if (reachable < list.size())
      ++status.partitions_degraded;
  }
}

std::optional<port::Problem> problem_of(const port::MemberInfo& member, const port::Peers& peers) {
  const auto& update = member.update;
  if (!member.in_ring || member.self) return std::nullopt;
  switch (update.state) {
    case wire::MemberState::suspect:
      return port::Problem{title(update) + " does not answer probes",
                           "wait a few seconds: it is being asked again through other nodes"};
    case wire::MemberState::left:
      return port::Problem{title(update) + " was stopped", "start kvnode there again; nothing else has to be done"};
    case wire::MemberState::dead:
      if (update.generation == Generation{})
        return port::Problem{title(update) + " has not been heard of since this node started",
                             "start kvnode there; if it moved, give it this node's peer address as a seed"};
      return port::Problem{title(update) + " is down",
                           "start kvnode there again; it takes its place by itself. Check its log if it stops again"};
    case wire::MemberState::alive: break;
  }
  if (peers.reachable(update.node)) return std::nullopt;
  return port::Problem{title(update) + " is alive but this node has no connection to it",
                       "check the network and firewalls between the two nodes' peer addresses, TCP as well as UDP"};
}

void add_partition_problems(port::StatusReply& status) {
  if (status.partitions_below_quorum > 0)
    status.problems.push_back({fmt::format("{} of {} partitions have fewer than a majority of their replicas "
                                           "reachable: reads and writes at quorum fail there",
                                           status.partitions_below_quorum, status.partitions),
                               "start the nodes named above again; until then reads with r=one may still be answered"});
  if (status.partitions_degraded > 0)
    status.problems.push_back({fmt::format("{} of {} partitions lack a replica: they serve at quorum, but not at all",
                                           status.partitions_degraded, status.partitions),
                               "start the nodes named above again"});
}

}  // namespace

std::vector<port::MemberInfo> list_members(const std::vector<wire::MemberUpdate>& gossip, const ring::Ring* ring,
                                           NodeId self) {
  std::map<NodeId, port::MemberInfo> members;
  for (const auto& update : gossip) members[update.node].update = update;
  if (ring) {
    for (const auto& member : ring->members()) {
      auto [entry, unheard] = members.try_emplace(member.id);
      entry->second.in_ring = true;
      if (!unheard) continue;
      entry->second.update = {.node = member.id, .state = wire::MemberState::dead, .zone = member.zone};
      entry->second.update.weight = member.weight;
    }
  }
  std::vector<port::MemberInfo> list;
  for (auto& [id, member] : members) {
    member.self = id == self;
    list.push_back(std::move(member));
  }
  return list;
}

port::StatusReply make_status(StatusSource source) {
  port::StatusReply status{.ready = source.waiting.empty()};
  if (!source.waiting.empty()) status.problems.push_back({"this node does not serve yet", source.waiting});
  if (source.ring) {
    status.cluster = source.ring->cluster();
    status.epoch = source.ring->epoch();
    status.replicas = source.ring->replicas();
    status.partitions = source.ring->partitions();
    count_partitions(*source.ring, source.peers, status);
    for (const auto& member : source.members)
      if (auto problem = problem_of(member, source.peers)) status.problems.push_back(std::move(*problem));
    add_partition_problems(status);
  }
  status.members = std::move(source.members);
  return status;
}

}  // namespace starling::node
