#include "topology/participant.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "wire/codec.hpp"

namespace starling::topology {

namespace {

wire::FoundingVote refusal(const wire::FoundingPropose& proposal, std::string reason) {
  return {.request = proposal.request, .accepted = false, .reason = std::move(reason)};
}

}  // namespace

void Participant::resume(wire::FoundingPropose proposal, Instant now, port::Outbox& out) {
  auto ring = ring::decode_ring(proposal.ring);
  if (!ring) return;  // Founding::resume has checked it
  ring_ = std::move(*ring);
  proposal_ = std::move(proposal);
  stage_ = Stage::voted;
  introduce_members(out);
  ask(out);
  arm(now, out);
}

void Participant::on_propose(NodeId from, const wire::FoundingPropose& proposal, port::Outbox& out) {
  if (stage_ != Stage::free && proposal.request == proposal_.request && proposal.founder == proposal_.founder) {
    // Told again. While the vote is being stored, the vote follows by itself.
    if (stage_ == Stage::voted) out.send(from, wire::FoundingVote{.request = proposal.request, .accepted = true});
    return;
  }
  if (stage_ != Stage::free) {
    ask(out);  // an aborted one may still be on its way here
    return out.send(from, refusal(proposal, fmt::format("it waits for node {} to decide on the founding of cluster {}; "
                                                        "try again in a moment",
                                                        to_string(proposal_.founder), to_string(cluster()))));
  }
  auto ring = examine(from, proposal);
  if (!ring) return out.send(from, refusal(proposal, ring.error().message));

  ring_ = std::move(*ring);
  proposal_ = proposal;
  stage_ = Stage::storing;
  Bytes record;
  wire::encode(wire::Message(proposal), record);
  save_ = tickets_.next();
  out.store(save_, storage::SaveRecord{proposal_record_name, std::move(record)});
}

Result<ring::Ring> Participant::examine(NodeId from, const wire::FoundingPropose& proposal) const {
  if (proposal.founder != from) return fail(ErrorCode::malformed, "the proposal comes from somebody else");
  auto ring = ring::decode_ring(proposal.ring);
  if (!ring) return ring;
  if (ring->epoch() != Epoch{1} || !ring->cluster()) return fail(ErrorCode::malformed, "that is no founding ring");
  if (!ring->find(config_.node)) return fail(ErrorCode::malformed, "its ring does not have this node");
  return ring;
}

std::optional<Founded> Participant::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, Instant now,
                                              port::Outbox& out) {
  if (stage_ == Stage::free || ticket != save_) return std::nullopt;
  if (stage_ == Stage::storing) {
    if (!answer) {
      out.send(proposal_.founder, refusal(proposal_, answer.error().message));
      forget();
      return std::nullopt;
    }
    stage_ = Stage::voted;
    introduce_members(out);
    out.send(proposal_.founder, wire::FoundingVote{.request = proposal_.request, .accepted = true});
    arm(now, out);
    return std::nullopt;
  }
  if (stage_ != Stage::deciding) return std::nullopt;
  if (!answer) {  // still bound by the vote: ask again, and try again
    stage_ = Stage::voted;
    return std::nullopt;
  }
  Founded founded{record(), *ring_};
  out.send(proposal_.founder, wire::FoundingDecision{cluster(), wire::FoundingOutcome::committed});
  forget();
  return founded;
}

void Participant::on_decision(NodeId from, const wire::FoundingDecision& decision, port::Outbox& out) {
  if (stage_ == Stage::free || decision.cluster != cluster()) return;
  if (decision.outcome == wire::FoundingOutcome::aborted && from == proposal_.founder && stage_ != Stage::deciding) {
    out.store(tickets_.next(), storage::SaveRecord{proposal_record_name, {}});
    return forget();
  }
  if (decision.outcome != wire::FoundingOutcome::committed || stage_ != Stage::voted) return;
  stage_ = Stage::deciding;
  out.store(tickets_.next(), storage::SaveRecord{cluster_record_name, encode(record())});
  out.store(tickets_.next(), storage::SaveRecord{ring_record_name, proposal_.ring});
  save_ = tickets_.next();
  out.store(save_, storage::SaveRecord{proposal_record_name, {}});
}

void Participant::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (stage_ == Stage::free || ticket != timer_) return;
  ask(out);
  arm(now, out);
}

ClusterRecord Participant::record() const {
  return {cluster(), proposal_.secret, proposal_.founder, proposal_.contacts};
}

void Participant::introduce_members(port::Outbox& out) const {
  for (const auto& contact : proposal_.contacts)
    if (contact.node != config_.node) out.add(port::Introduce{contact.node, contact.peer});
}

void Participant::ask(port::Outbox& out) const {
  for (const auto& contact : proposal_.contacts)
    if (contact.node != config_.node) out.send(contact.node, wire::FoundingQuery{cluster()});
}

void Participant::arm(Instant now, port::Outbox& out) {
  period_ = period_ == Duration{} ? config_.query_period : std::min(period_ * 2, config_.query_period_max);
  timer_ = tickets_.next();
  out.arm(timer_, now + period_);
}

void Participant::forget() {
  stage_ = Stage::free;
  ring_.reset();
  proposal_ = {};
  period_ = {};
}

}  // namespace starling::topology
