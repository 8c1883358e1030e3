#include "node/actor_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "ring/stand_ins.hpp"

namespace starling::node {

namespace {

constexpr Duration ask_again = 500ms;

}  // namespace

void ActorCheck::start(Instant now, port::Outbox& out) {
  stage_ = Stage::listing;
  deadline_ = now + patience_;
  store(out);
}

void ActorCheck::on_ring(port::Outbox& out) {
  if (stage_ != Stage::asking) return;
  waiting_.clear();
  stage_ = Stage::listing;
  store(out);
}

void ActorCheck::doubt_all(const ring::Ring& ring, port::Outbox& out) {
  const auto partitions = ring.partitions_of(self_);
  doubted_.insert(partitions.begin(), partitions.end());
  waiting_.clear();
  rolled_back_ = true;
  out.notice(port::NoticeKind::actor_doubted, port::Severity::warning, {},
             "a peer knows a later life of this data directory, which must have been rolled back: every partition will "
             "issue its next write under a new actor");
  stage_ = Stage::doubting;
  store(out);
}

/// The command of this stage. Kept apart from its answer, since a full disk refuses it until there is room.
void ActorCheck::store(port::Outbox& out) {
  storing_ = tickets_.next();
  if (stage_ == Stage::listing) return out.store(storing_, storage::ListActors{});
  out.store(storing_, storage::DoubtActors{{doubted_.begin(), doubted_.end()}});
}

void ActorCheck::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, const ring::Ring& ring,
                           Instant now, port::Outbox& out) {
  if (ticket != storing_) return;
  if (!answer) return arm(now + ask_again, out);
  if (stage_ == Stage::doubting) {
    stage_ = Stage::done;
    return;
  }
  if (stage_ != Stage::listing) return;
  stage_ = Stage::asking;
  if (const auto* actors = std::get_if<storage::ListActorsAnswer>(&*answer)) divide(actors->claims, ring);
  if (waiting_.empty()) return conclude(out);
  ask_all(now, out);
}

/// Each neighbour is asked about the partitions that it holds too, or may have been entrusted with a write of.
void ActorCheck::divide(const std::vector<storage::ActorClaim>& claims, const ring::Ring& ring) {
  ++question_.value;
  const auto ask = [&](NodeId node, const wire::ActorCheck::Claim& claim) {
    if (node == self_) return;
    waiting_.try_emplace(node, wire::ActorCheck{.request = question_, .claims = {}})
        .first->second.claims.push_back(claim);
  };
  for (const auto& claim : claims) {
    if (claim.partition.value >= ring.partitions()) continue;
    const wire::ActorCheck::Claim asked{claim.partition, claim.actor, claim.counter};
    for (NodeId node : ring.preference_list(claim.partition)) ask(node, asked);
    for (NodeId node : ring::stand_ins_of(ring, claim.partition)) ask(node, asked);
  }
}

void ActorCheck::ask_all(Instant now, port::Outbox& out) {
  for (const auto& [neighbour, check] : waiting_) out.send(neighbour, check);
  arm(std::min(now + ask_again, deadline_), out);
}

void ActorCheck::on_connected(NodeId node, port::Outbox& out) {
  if (stage_ != Stage::asking) return;
  if (auto found = waiting_.find(node); found != waiting_.end()) out.send(node, found->second);
}

void ActorCheck::on_reply(NodeId from, const wire::ActorCheckReply& reply, port::Outbox& out) {
  if (stage_ != Stage::asking || reply.error) return;  // an error: asked again until the time is up
  auto neighbour = waiting_.find(from);
  if (neighbour == waiting_.end() || reply.request != question_) return;
  for (const auto& claim : neighbour->second.claims)
    if (std::ranges::find(reply.ahead, claim.partition) != reply.ahead.end()) doubted_.insert(claim.partition);
  waiting_.erase(neighbour);
  if (waiting_.empty()) conclude(out);
}

void ActorCheck::on_timer(port::Ticket ticket, Instant now, port::Outbox& out) {
  if (ticket != timer_ || stage_ == Stage::done) return;
  if (stage_ != Stage::asking) return store(out);
  if (now >= deadline_) return conclude(out);
  ask_all(now, out);
}

void ActorCheck::conclude(port::Outbox& out) {
  const std::size_t ahead = doubted_.size();
  rolled_back_ |= ahead > 0;
  std::vector<std::string> silent;
  for (const auto& [node, check] : waiting_) {
    silent.push_back(to_string(node));
    for (const auto& claim : check.claims) doubted_.insert(claim.partition);
  }
  waiting_.clear();
  if (doubted_.empty()) {
    stage_ = Stage::done;
    return;
  }
  out.notice(port::NoticeKind::actor_doubted, ahead > 0 ? port::Severity::warning : port::Severity::info, {},
             fmt::format("{} partitions will issue their next write under a new actor: for {} another replica knows "
                         "more than this data directory, for {} not every replica answered in time{}{}",
                         doubted_.size(), ahead, doubted_.size() - ahead, silent.empty() ? "" : ": silent were ",
                         fmt::join(silent, ", ")));
  stage_ = Stage::doubting;
  store(out);
}

void ActorCheck::arm(Instant at, port::Outbox& out) {
  timer_ = tickets_.next();
  out.arm(timer_, at);
}

void ActorWitness::on_message(NodeId from, const wire::ActorCheck& check, const ring::Ring& ring, port::Outbox& out) {
  const auto refuse = [&](Error error) {
    out.send(from, wire::ActorCheckReply{.request = check.request, .error = std::move(error), .ahead = {}});
  };
  if (asked_.size() >= ring::members_max && !asked_.contains(from))
    return refuse({ErrorCode::overloaded, "too many nodes ask at once about their actors"});
  const auto is_foreign = [&](const auto& claim) { return claim.partition.value >= ring.partitions(); };
  if (std::ranges::any_of(check.claims, is_foreign)) {
    Error error{ErrorCode::malformed, "a claim about a partition that the ring does not have"};
    out.notice(port::NoticeKind::message_malformed, port::Severity::warning, from, error.message);
    return refuse(std::move(error));
  }
  storage::CheckActors command;
  for (const auto& claim : check.claims) command.claims.push_back({claim.partition, claim.actor, claim.counter});
  const port::Ticket ticket = tickets_.next();
  asked_.insert_or_assign(from, Question{ticket, check.request});
  out.store(ticket, std::move(command));
}

void ActorWitness::on_stored(port::Ticket ticket, const Result<storage::Answer>& answer, port::Outbox& out) {
  const auto asked = std::ranges::find_if(asked_, [&](const auto& each) { return each.second.looking_up == ticket; });
  if (asked == asked_.end()) return;
  wire::ActorCheckReply reply{.request = asked->second.request};
  if (!answer)
    reply.error = answer.error();
  else if (const auto* checked = std::get_if<storage::CheckActorsAnswer>(&*answer))
    reply.ahead = checked->ahead;
  out.send(asked->first, std::move(reply));
  asked_.erase(asked);
}

}  // namespace starling::node
