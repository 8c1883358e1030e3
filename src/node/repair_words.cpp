#include "node/repair_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/words.hpp"

namespace starling::node {

namespace {

using port::RepairStatusReply;

/// The copies at one peer that have not been verified in time.
struct Overdue {
  std::size_t partitions{};
  Duration oldest{};
  bool never{};  ///< since this node started
};

Overdue overdue_at(NodeId peer, const RepairStatusReply& status) {
  Overdue overdue;
  for (const auto& partition : status.partitions) {
    for (const auto& copy : partition.copies) {
      const Duration age = copy.verified.value_or(status.kept_for);
      if (copy.peer != peer || age <= 2 * status.interval) continue;
      ++overdue.partitions;
      overdue.oldest = std::max(overdue.oldest, age);
      overdue.never |= !copy.verified;
    }
  }
  return overdue;
}

std::uint64_t tombstones_for(NodeId peer, const RepairStatusReply& status) {
  std::uint64_t tombstones = 0;
  for (const auto& partition : status.partitions)
    if (std::ranges::find(partition.waits_for, peer) != partition.waits_for.end()) tombstones += partition.tombstones;
  return tombstones;
}

port::Problem problem_of(const Overdue& overdue, const RepairStatusReply::Peer& peer, const RepairStatusReply& status) {
  const std::string since = overdue.never
                                ? fmt::format("not verified since this node started {} ago", in_words(overdue.oldest))
                                : fmt::format("last verified {} ago", in_words(overdue.oldest));
  const std::string what = fmt::format("{} of {} partitions {}, because node '{}' ", overdue.partitions,
                                       status.partitions.size(), since, peer.name);
  if (!peer.reachable) return {what + "is down", "start it again; they are compared by themselves when it is back"};
  return {what + "keeps differing or does not answer",
          "see 'kvcli repair status --partitions', and the log of that node; 'kvcli repair now' tries again at once"};
}

}  // namespace

std::vector<port::Problem> repair_problems(const RepairStatusReply& status) {
  std::vector<port::Problem> problems;
  for (const auto& peer : status.peers) {
    const Overdue overdue = overdue_at(peer.node, status);
    if (overdue.partitions > 0) problems.push_back(problem_of(overdue, peer, status));
    const std::uint64_t tombstones = peer.reachable ? 0 : tombstones_for(peer.node, status);
    if (tombstones > 0)
      problems.push_back({fmt::format("{} deleted keys keep their tombstones, because node '{}' is down and has not "
                                      "seen that they were deleted",
                                      tombstones, peer.name),
                          "start it again; the tombstones go by themselves when it has seen them"});
  }
  return problems;
}

port::Problem recovering_problem(std::size_t partitions) {
  return {
      fmt::format("{} partitions of this node are recovering: it takes writes for them, and leaves reads to the other "
                  "replicas until it has fetched what it lacks",
                  partitions),
      "wait for it, and keep the other nodes running: it has to catch up with them. 'kvcli repair now' hurries it"};
}

}  // namespace starling::node
