#include "topology/founding.hpp"

#include <fmt/format.h>

#include "wire/codec.hpp"

namespace starling::topology {

Founding::Founding(FoundingConfig config, std::optional<ClusterRecord> cluster, Random random)
    : config_(std::move(config)),
      random_(random),
      cluster_(cluster),
      participant_(config_, tickets_),
      joiner_(config_, tickets_) {}

Result<void> Founding::resume(BytesView proposal_record, Instant now, port::Outbox& out) {
  auto message = wire::decode_message(proposal_record);
  if (!message) return std::unexpected(std::move(message.error()));
  auto* proposal = std::get_if<wire::FoundingPropose>(&*message);
  if (!proposal) return fail(ErrorCode::malformed, "the record of a pending founding is something else");
  if (auto ring = ring::decode_ring(proposal->ring); !ring) return std::unexpected(std::move(ring.error()));
  participant_.resume(std::move(*proposal), now, out);
  return {};
}

void Founding::found_alone(Instant now, port::Outbox& out) {
  founder_.emplace(config_, std::nullopt, random_, tickets_);
  founder_->begin({}, now, out);
}

void Founding::on_init(port::ClientToken client, const port::InitRequest& request, Instant now, port::Outbox& out) {
  if (auto refusal = refusal_of_init()) return out.answer(client, port::Failure{std::move(*refusal), {}});
  founder_.emplace(config_, client, random_, tickets_);
  founder_->begin(request.peers, now, out);
}

void Founding::ask_to_join(std::vector<Address> seeds, bool at_once, Instant now, port::Outbox& out) {
  joiner_.ask(std::move(seeds), at_once, now, out);
}

std::optional<Error> Founding::refusal_of_init() const {
  if (cluster_)
    return Error{ErrorCode::denied, fmt::format("this node already belongs to cluster {}; see 'kvcli status'",
                                                to_string(cluster_->cluster))};
  if (founder_ && founder_->undecided())
    return Error{ErrorCode::overloaded, "this node is founding a cluster already; wait for its outcome"};
  if (participant_.pending() || joiner_.welcomed()) return Error{ErrorCode::not_ready, waiting_for()};
  return std::nullopt;
}

std::string Founding::waiting_for() const {
  if (const auto* pending = participant_.pending())
    return fmt::format(
        "this node waits for node {} to decide on the founding of cluster {}: start that node; if it is "
        "lost for good, empty this node's data directory",
        to_string(pending->founder), to_string(participant_.cluster()));
  if (founder_ && founder_->undecided()) return "this node is founding a cluster";
  if (joiner_.welcomed()) return "this node is about to join cluster " + to_string(joiner_.welcomed()->cluster());
  if (joiner_.asking()) return joiner_.waiting_for();
  return "this node is in no cluster yet: found one with 'kvcli cluster init NODE...'";
}

void Founding::on_message(NodeId from, const wire::FoundingProbe& probe, Instant, port::Outbox& out) {
  out.send(from, wire::FoundingProbeReply{.request = probe.request,
                                          .node = config_.node,
                                          .name = config_.name,
                                          .zone = config_.zone,
                                          .weight = config_.weight,
                                          .cluster = cluster_ ? cluster_->cluster : ClusterId{},
                                          .peer = config_.peer});
}

void Founding::on_message(NodeId from, const wire::FoundingProbeReply& reply, Instant now, port::Outbox& out) {
  if (founder_) founder_->on_probe_reply(from, reply, now, out);
}

void Founding::on_message(NodeId from, const wire::FoundingPropose& proposal, Instant, port::Outbox& out) {
  if (std::string reason = refusal_of(proposal); !reason.empty())
    return out.send(from, wire::FoundingVote{proposal.request, false, std::move(reason)});
  if (!cluster_) return participant_.on_propose(from, proposal, out);
  out.send(from, wire::FoundingVote{.request = proposal.request, .accepted = true});  // told again, after the decision
}

/// Why this node cannot be a member of what is proposed, empty if it may be.
std::string Founding::refusal_of(const wire::FoundingPropose& proposal) const {
  if (founder_ && founder_->undecided())
    return fmt::format("it is founding cluster {} itself", to_string(founder_->cluster()));
  if (joiner_.welcomed()) return "it is about to join cluster " + to_string(joiner_.welcomed()->cluster());
  auto ring = ring::decode_ring(proposal.ring);
  if (!ring) return ring.error().message;
  if (cluster_ && cluster_->cluster != ring->cluster())
    return fmt::format("it already belongs to cluster {} and cannot be a founding member of cluster {}",
                       to_string(cluster_->cluster), to_string(ring->cluster()));
  return {};
}

void Founding::on_message(NodeId from, const wire::FoundingVote& vote, Instant, port::Outbox& out) {
  if (founder_) founder_->on_vote(from, vote, out);
}

void Founding::on_message(NodeId from, const wire::FoundingQuery& query, Instant, port::Outbox& out) {
  using enum wire::FoundingOutcome;
  auto outcome = aborted;  // what we know nothing of has aborted, if we were its founder
  if (cluster_ && cluster_->cluster == query.cluster)
    outcome = committed;
  else if (founder_ && founder_->undecided() && founder_->cluster() == query.cluster)
    outcome = undecided;
  else if (participant_.cluster() == query.cluster)
    outcome = undecided;
  out.send(from, wire::FoundingDecision{query.cluster, outcome});
}

void Founding::on_message(NodeId from, const wire::FoundingDecision& decision, Instant, port::Outbox& out) {
  if (participant_.pending()) return participant_.on_decision(from, decision, out);
  if (!cluster_ || cluster_->cluster != decision.cluster) return;
  if (founder_ && founder_->cluster() == decision.cluster) return founder_->on_acknowledged(from);
  // Our acknowledgement was lost. Only the founder is told, so that no two members ever echo each other.
  if (from == cluster_->founder && from != config_.node && decision.outcome == wire::FoundingOutcome::committed)
    out.send(from, decision);
}

void Founding::on_message(NodeId from, const wire::JoinInvite& invite, Instant now, port::Outbox& out) {
  if (!cluster_ || joiner_.asking()) joiner_.on_invite(from, invite, now, out);
}

void Founding::on_message(NodeId from, const wire::JoinWelcome& welcome, Instant, port::Outbox& out) {
  const bool founds = participant_.pending() || (founder_ && founder_->undecided());
  if (!cluster_ && !founds) joiner_.on_welcome(from, welcome, out);
}

void Founding::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (founder_) founder_->on_timer(ticket, now, out);
  participant_.on_timer(ticket, now, out);
  joiner_.on_timer(ticket, now, out);
}

void Founding::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now, port::Outbox& out) {
  if (founder_) joined(founder_->on_stored(ticket, answer, out));
  joined(participant_.on_stored(ticket, answer, now, out));
  joined(joiner_.on_stored(ticket, answer, now, out));
}

void Founding::joined(std::optional<Founded> founded) {
  if (!founded) return;
  cluster_ = founded->cluster;
  joiner_.stop();
  founded_ = std::move(founded);
}

}  // namespace starling::topology
