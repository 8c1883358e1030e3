#include "node/status.hpp"

#include <doctest/doctest.h>

#include <set>

#include "ring/plan.hpp"

using namespace starling;
using namespace starling::node;

namespace {

struct SomePeers final : port::Peers {
  bool reachable(NodeId node) const override { return !gone.contains(node); }
  std::set<NodeId> gone;
};

struct Cluster {
  Cluster() {
    std::vector<ring::Member> members;
    for (std::uint64_t id = 1; id <= 5; ++id) {
      members.push_back({NodeId{id}, "", 1});
      gossip.push_back({.node = {id}, .generation = {1}, .name = "n" + std::to_string(id)});
    }
    ring = *ring::Ring::make({9}, {1}, 3, members, *ring::plan(members, 16, 3));
  }

  void lose(std::uint64_t id, wire::MemberState state) {
    gossip[id - 1].state = state;
    peers.gone.insert({id});
  }
  port::StatusReply status(std::string waiting = {}) {
    return make_status({&*ring, list_members(gossip, &*ring, {1}), peers, std::move(waiting)});
  }

  std::optional<ring::Ring> ring;
  std::vector<wire::MemberUpdate> gossip;
  SomePeers peers;
};

bool says(const port::StatusReply& status, const std::string& words) {
  for (const auto& problem : status.problems)
    if (problem.what.find(words) != std::string::npos) return !problem.advice.empty();
  return false;
}

}  // namespace

TEST_CASE_FIXTURE(Cluster, "a cluster that is well has no problems") {
  const auto reply = status();
  CHECK(reply.ready);
  CHECK(reply.problems.empty());
  CHECK(reply.partitions_degraded + reply.partitions_below_quorum == 0);
  CHECK(reply.members.size() == 5);
  CHECK(reply.members.front().self);
}

TEST_CASE_FIXTURE(Cluster, "one dead node is named, and degrades its partitions without breaking a quorum") {
  lose(3, wire::MemberState::dead);
  const auto reply = status();
  CHECK(says(reply, "node 'n3'"));
  CHECK(says(reply, "is down"));
  CHECK(reply.partitions_degraded == ring->partitions_of({3}).size());
  CHECK(reply.partitions_below_quorum == 0);
}

TEST_CASE_FIXTURE(Cluster, "two dead nodes break the quorum of the partitions that they share") {
  lose(3, wire::MemberState::dead);
  lose(4, wire::MemberState::left);
  std::uint32_t shared = 0;
  for (PartitionId partition : ring->partitions_of({3})) shared += ring->owns({4}, partition) ? 1 : 0;
  const auto reply = status();
  CHECK(reply.partitions_below_quorum == shared);
  CHECK(says(reply, "fewer than a majority"));
  CHECK(says(reply, "was stopped"));
}

TEST_CASE_FIXTURE(Cluster, "a node that is alive without a connection is a network to look at") {
  peers.gone.insert({2});
  CHECK(says(status(), "alive but this node has no connection"));
}

TEST_CASE_FIXTURE(Cluster, "a member that nobody has heard of is shown and named") {
  gossip.pop_back();
  peers.gone.insert({5});
  const auto reply = status();
  CHECK(reply.members.size() == 5);
  CHECK(reply.members.back().update.state == wire::MemberState::dead);
  CHECK(says(reply, "has not been heard of"));
}

TEST_CASE_FIXTURE(Cluster, "a node that does not serve says why") {
  const auto reply = status("it has just started");
  CHECK_FALSE(reply.ready);
  CHECK(reply.problems.front().advice == "it has just started");
}
