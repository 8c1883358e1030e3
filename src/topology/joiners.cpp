#include "topology/joiners.hpp"

namespace starling::topology {

void Joiners::on_message(NodeId from, const wire::JoinAsk& ask, const ring::Ring& ring, const ClusterRecord& cluster,
                         const std::vector<wire::FoundingPropose::Contact>& contacts, Instant now, port::Outbox& out) {
  std::erase_if(asked_, [&](const auto& entry) { return now >= entry.second.at + forgotten_after; });
  if (ask.node != from) return;
  if (ring.find(from)) {
    asked_.erase(from);
    return out.send(from, wire::JoinWelcome{encode(ring), cluster.secret, cluster.founder, contacts});
  }
  if (asked_.size() < ring::members_max || asked_.contains(from)) asked_[from] = {ask, now};
  out.send(from, wire::JoinWelcome{.ring = {}, .secret = {}, .founder = {}, .contacts = contacts});
}

std::vector<wire::JoinAsk> Joiners::waiting(const ring::Ring& ring, Instant now) const {
  std::vector<wire::JoinAsk> waiting;
  for (const auto& [node, asked] : asked_)
    if (now < asked.at + forgotten_after && !ring.find(node)) waiting.push_back(asked.ask);
  return waiting;
}

}  // namespace starling::topology
