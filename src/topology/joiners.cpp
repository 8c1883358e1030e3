#include "topology/joiners.hpp"

namespace starling::topology {

namespace {

wire::JoinWelcome welcome(const ring::Ring& ring, const ClusterRecord& cluster,
                          const std::vector<wire::FoundingPropose::Contact>& contacts) {
  return {encode(ring), cluster.secret, cluster.founder, contacts};
}

}  // namespace

void Joiners::on_message(NodeId from, const wire::JoinAsk& ask, const ring::Ring& ring, const ClusterRecord& cluster,
                         const std::vector<wire::FoundingPropose::Contact>& contacts, Instant now, port::Outbox& out) {
  std::erase_if(asked_, [&](const auto& entry) { return now >= entry.second.at + forgotten_after; });
  if (ask.node != from) return;
  if (ring.find(from)) {
    asked_.erase(from);
    return out.send(from, welcome(ring, cluster, contacts));
  }
  if (asked_.size() < ring::members_max || asked_.contains(from)) asked_[from] = {ask, now};
  out.send(from, wire::JoinWelcome{.ring = {}, .secret = {}, .founder = {}, .contacts = contacts});
}

void Joiners::on_ring(const ring::Ring& ring, const ClusterRecord& cluster,
                      const std::vector<wire::FoundingPropose::Contact>& contacts, port::Outbox& out) {
  std::erase_if(asked_, [&](const auto& entry) {
    if (!ring.find(entry.first)) return false;
    out.send(entry.first, welcome(ring, cluster, contacts));
    return true;
  });
}

std::vector<wire::JoinAsk> Joiners::waiting(const ring::Ring& ring, Instant now) const {
  std::vector<wire::JoinAsk> waiting;
  for (const auto& [node, asked] : asked_)
    if (now < asked.at + forgotten_after && !ring.find(node)) waiting.push_back(asked.ask);
  return waiting;
}

}  // namespace starling::topology
