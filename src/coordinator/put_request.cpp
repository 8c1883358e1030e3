#include "coordinator/put_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "causal/context_token.hpp"
#include "coordinator/reachability.hpp"
#include "ring/stand_ins.hpp"

namespace starling::coordinator {

namespace {
constexpr std::uint32_t ourselves = 0;
}

PutRequest::PutRequest(Requester requester, Write write, const ReplicaSet& replicas)
    : requester_(requester),
      write_(std::move(write)),
      replicas_(replicas),
      acks_(replicas.size(), *resolve(write_.w, write_.w, replicas.size())) {}

/// Strictly, or with those that may stand in for the others.
Result<void> PutRequest::enough(const Step& step) const {
  auto enough = enough_reachable(replicas_, acks_.needed(), step);
  if (enough || !stand_ins_) return enough;
  const auto reachable = count_reachable(replicas_, step);
  const auto others = stand_ins_->reachable(step);
  if (reachable + std::min(replicas_.size() - reachable, others) >= acks_.needed()) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("{}, and {} other nodes that could stand in", enough.error().message, others));
}

Progress PutRequest::begin(Step& step) {
  ensure(replicas_[ourselves] == step.self, "a put at a node that is no replica");
  auto seen = causal::open_context(step.secret, write_.key.token, write_.context);
  if (!seen) {
    refuse(requester_, std::move(seen.error()), step.out);
    return Progress::finished;
  }
  if (write_.sloppy) stand_ins_.emplace(ring::stand_ins_of(step.view.ring, write_.partition));
  if (auto possible = enough(step); !possible) {
    refuse(requester_, std::move(possible.error()), step.out);
    return Progress::finished;
  }
  causal::Sibling sibling{.tombstone = write_.tombstone,
                          .hlc = write_.hlc,
                          .request = write_.client_request,
                          .value = std::move(write_.value)};
  hinted_ = unreachable(step);
  step.out.store(step.ticket(), storage::Put{.partition = write_.partition,
                                             .key = write_.key,
                                             .context = std::move(*seen),
                                             .sibling = std::move(sibling),
                                             .siblings_max = step.config.siblings_max,
                                             .hinted = hinted_});
  return Progress::waiting;
}

std::vector<NodeId> PutRequest::unreachable(const Step& step) const {
  std::vector<NodeId> nodes;
  for (std::uint32_t place = ourselves + 1; place < replicas_.size(); ++place)
    if (!step.reachable(replicas_[place])) nodes.push_back(replicas_[place]);
  return nodes;
}

Progress PutRequest::on_storage(Result<storage::Answer> answer, Step& step) {
  if (!answer) {
    if (says_nothing_happened(answer.error().code))
      refuse(requester_, std::move(answer.error()), step.out);
    else
      leave_in_doubt(requester_, "the commit failed: " + answer.error().message, {}, step.out);
    return Progress::finished;
  }
  auto* put = std::get_if<storage::PutAnswer>(&*answer);
  ensure(put != nullptr && !committed_, "storage answered a put with something else");
  committed_ = true;
  siblings_ = put->siblings;
  context_ = std::move(put->context);
  acks_.yes(ourselves);
  replicate(put->object, step);
  if (stand_ins_) object_ = std::move(put->object);
  return conclude(step);
}

void PutRequest::replicate(const Bytes& object, Step& step) {
  for (std::uint32_t place = ourselves + 1; place < replicas_.size(); ++place) {
    if (!step.reachable(replicas_[place])) {
      acks_.no(place);
      continue;
    }
    step.out.send(replicas_[place], wire::MergeRequest{.request = step.request(),
                                                       .epoch = step.view.ring.epoch(),
                                                       .partition = write_.partition,
                                                       .key = write_.key.bytes,
                                                       .object = object,
                                                       .ttl = step.ttl()});
  }
}

/// As soon as too few replicas are left somebody stands in for each that is not there.
void PutRequest::enlist_stand_ins(Step& step) {
  if (!stand_ins_ || !acks_.lost()) return;
  for (std::uint32_t place = ourselves + 1; place < replicas_.size(); ++place) {
    if (!acks_.said_no(place)) continue;
    if (const auto stand_in = stand_ins_->enlist(place, step))
      step.out.send(*stand_in, wire::StandInRequest{.request = step.request(),
                                                    .epoch = step.view.ring.epoch(),
                                                    .partition = write_.partition,
                                                    .key = write_.key.bytes,
                                                    .object = object_,
                                                    .target = replicas_[place],
                                                    .ttl = step.ttl()});
  }
}

Progress PutRequest::on_message(NodeId from, const wire::MergeReply& reply, Step& step) {
  return on_vote(from, !reply.error, step);
}

Progress PutRequest::on_peer_lost(NodeId peer, Step& step) { return on_vote(peer, false, step); }

Progress PutRequest::on_vote(NodeId voter, bool yes, Step& step) {
  if (!committed_ || voter == step.self) return Progress::waiting;
  if (const auto place = replicas_.place_of(voter))
    yes ? acks_.yes(*place) : acks_.no(*place);
  else if (!stand_ins_ || !stand_ins_->on_answer(voter, yes))
    return Progress::waiting;
  return conclude(step);
}

void PutRequest::on_deadline(Step& step) {
  if (!answered_)
    leave_in_doubt(requester_,
                   committed_
                       ? fmt::format("{} of {} nodes have acknowledged in time", acknowledgements(), acks_.needed())
                       : "the first replica has not committed in time",
                   acked(), step.out);
  if (committed_) hint_those_without(step);
}

Progress PutRequest::conclude(Step& step) {
  if (!answered_) enlist_stand_ins(step);
  if (!answered_) answer_when_decided(step);
  if (!answered_) return Progress::waiting;
  object_ = {};
  if (!acks_.all_voted()) return Progress::answered;
  hint_those_without(step);
  return Progress::finished;
}

void PutRequest::hint_those_without(Step& step) {
  for (std::uint32_t place = ourselves + 1; place < replicas_.size(); ++place) {
    const NodeId target = replicas_[place];
    if (acks_.said_yes(place) || std::ranges::find(hinted_, target) != hinted_.end()) continue;
    step.out.store(step.ticket(), storage::KeepHint{target, write_.partition, write_.key});
  }
}

void PutRequest::answer_when_decided(Step& step) {
  const std::uint32_t votes = acknowledgements();
  const std::uint32_t hopeful = acks_.hopeful() + (stand_ins_ ? stand_ins_->hopeful() : 0);
  if (votes >= acks_.needed() || (planted(Bug::write_by_one_fewer) && votes + 1 == acks_.needed())) {
    // With siblings that the client has not read the context would cover them, and its next put erase them.
    const bool all_read = siblings_ == (write_.tombstone ? 0 : 1) || planted(Bug::context_over_unread);
    answer(requester_,
           {.siblings = siblings_,
            .context = all_read ? causal::seal_context(step.secret, write_.key.token, context_) : Bytes{},
            .acked = acked(),
            .stand_ins = stand_ins_ ? stand_ins_->keepers() : std::vector<NodeId>{}},
           step.out);
    answered_ = true;
  } else if (hopeful < acks_.needed()) {
    leave_in_doubt(
        requester_,
        fmt::format("{} nodes have the write, {} were to; the others failed or are down", votes, acks_.needed()),
        acked(), step.out);
    answered_ = true;
  }
}

std::uint32_t PutRequest::acknowledgements() const { return acks_.votes() + (stand_ins_ ? stand_ins_->votes() : 0); }

std::vector<NodeId> PutRequest::acked() const {
  std::vector<NodeId> nodes;
  for (std::uint32_t place = 0; place < replicas_.size(); ++place)
    if (acks_.said_yes(place)) nodes.push_back(replicas_[place]);
  if (stand_ins_) std::ranges::copy(stand_ins_->keepers(), std::back_inserter(nodes));
  return nodes;
}

}  // namespace starling::coordinator
