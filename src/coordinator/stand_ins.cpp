#include "coordinator/stand_ins.hpp"

#include <algorithm>

namespace starling::coordinator {

std::uint32_t StandIns::reachable(const Step& step) const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(candidates_, [&](NodeId node) { return step.reachable(node); }));
}

std::optional<NodeId> StandIns::enlist(NodeId replica, const Step& step) {
  const auto for_it = [&](const StandIn& one) { return one.replica == replica && one.state != State::failed; };
  if (std::ranges::any_of(asked_, for_it)) return std::nullopt;
  while (next_ < candidates_.size()) {
    const NodeId node = candidates_[next_++];
    if (!step.reachable(node)) continue;
    asked_.push_back({node, replica, State::asked});
    return node;
  }
  return std::nullopt;
}

bool StandIns::on_answer(NodeId from, bool kept) {
  const auto found = std::ranges::find(asked_, from, &StandIn::node);
  if (found == asked_.end() || found->state != State::asked) return false;
  found->state = kept ? State::keeps : State::failed;
  return true;
}

std::vector<NodeId> StandIns::keepers() const {
  std::vector<NodeId> nodes;
  for (const StandIn& one : asked_)
    if (one.state == State::keeps) nodes.push_back(one.node);
  return nodes;
}

std::vector<NodeId> StandIns::kept_for() const {
  std::vector<NodeId> replicas;
  for (const StandIn& one : asked_)
    if (one.state == State::keeps) replicas.push_back(one.replica);
  return replicas;
}

std::vector<NodeId> StandIns::hoped_for() const {
  std::vector<NodeId> replicas;
  for (const StandIn& one : asked_)
    if (one.state != State::failed) replicas.push_back(one.replica);
  return replicas;
}

}  // namespace starling::coordinator
