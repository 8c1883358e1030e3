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

/// Strictly, or with those that may stand in for the others.
Result<void> PutRequest::enough(const Step& step) const {
  auto enough = enough_reachable(set_->replicas, set_->acks, step);
  if (enough || !stand_ins_) return enough;
  const auto others = stand_ins_->reachable(step);
  auto places = reachable_places(set_->replicas, step);
  std::uint32_t left = others;
  for (std::uint32_t place = 0; place < set_->replicas.size() && left > 0; ++place) {
    if ((places & Quorum::bit(place)) != 0) continue;
    places |= Quorum::bit(place);
    --left;
  }
  if (!set_->acks.in_want(places)) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("{}, and {} other nodes that could stand in", enough.error().message, others));
}

Result<> PutRequest::choose_replicas(const Step& step) {
  auto set = write_set(step.view.ring, write_.partition, step.self, write_.w);
  if (!set) return std::unexpected(std::move(set.error()));
  set_ = *set;
  version_ = step.view.ring.version(write_.partition);
  return {};
}

Progress PutRequest::begin(Step& step) {
  auto seen = causal::open_context(step.secret, write_.key.token, write_.context);
  if (!seen) {
    refuse(requester_, std::move(seen.error()), step.out);
    return Progress::finished;
  }
  if (write_.sloppy) stand_ins_.emplace(ring::stand_ins_of(step.view.ring, write_.partition));
  auto possible = choose_replicas(step);
  if (possible) possible = enough(step);
  if (!possible) {
    refuse(requester_, std::move(possible.error()), step.out);
    return Progress::finished;
  }
  ensure(set_->replicas.contains(step.self), "a put at a node that is no replica");
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
  for (std::uint32_t place = 0; place < set_->replicas.size(); ++place)
    if (!step.reachable(set_->replicas[place])) nodes.push_back(set_->replicas[place]);
  return nodes;
}

Progress PutRequest::on_storage(Result<storage::Answer> answer, Step& step) {
  if (committed_) return on_merged(answer.has_value(), step);
  if (!answer) {
    if (says_nothing_happened(answer.error().code))
      refuse(requester_, std::move(answer.error()), step.out);
    else
      leave_in_doubt(requester_, "the commit failed: " + answer.error().message, {}, step.out);
    return Progress::finished;
  }
  auto* put = std::get_if<storage::PutAnswer>(&*answer);
  ensure(put != nullptr, "storage answered a put with something else");
  committed_ = true;
  siblings_ = put->siblings;
  context_ = std::move(put->context);
  object_ = std::move(put->object);
  acked_.push_back(step.self);
  replicate(step);
  return conclude(step);
}

/// It has been put once more where it was put in the first place: under a later version of the partition.
Progress PutRequest::on_merged(bool merged, Step& step) {
  const auto place = set_->replicas.place_of(step.self);
  if (!place) return Progress::waiting;
  const bool news = merged ? set_->acks.yes(*place) : set_->acks.no(*place);
  if (merged && news) acked_.push_back(step.self);
  return conclude(step);
}

/// To those who have not got it, as the ring has them now: that may have changed since the write began.
void PutRequest::replicate(Step& step) {
  rings_differ_ = false;
  const Epoch before = version_;
  if (auto chosen = choose_replicas(step); !chosen) return;  // The list has become shorter than W: as before, then.
  forget_acks_of_former_owners(before);
  for (std::uint32_t place = 0; place < set_->replicas.size(); ++place) {
    const NodeId node = set_->replicas[place];
    if (has_acked(node)) {
      set_->acks.yes(place);
    } else if (node == step.self) {
      step.out.store(step.ticket(), storage::Merge{write_.partition, write_.key, object_});
    } else if (!step.reachable(node)) {
      set_->acks.no(place);
    } else {
      step.out.send(node, wire::MergeRequest{.request = step.request(),
                                             .epoch = version_,
                                             .partition = write_.partition,
                                             .key = write_.key.bytes,
                                             .object = object_,
                                             .ttl = step.ttl()});
    }
  }
}

/// Whoever does not own the partition any more may have thrown it away, and may own it again later. The versions of
/// one change follow each other, so nothing can have happened between two that do; and none, if there is one version.
void PutRequest::forget_acks_of_former_owners(Epoch before) {
  const bool nothing_between = version_ == before || version_.value == before.value + 1;
  std::erase_if(acked_, [&](NodeId node) { return !nothing_between || !set_->replicas.contains(node); });
}

/// As soon as too few replicas are left somebody stands in for each that is not there.
void PutRequest::enlist_stand_ins(Step& step) {
  if (!stand_ins_ || !set_->acks.lost()) return;
  for (std::uint32_t place = 0; place < set_->replicas.size(); ++place) {
    if (!set_->acks.said_no(place)) continue;
    if (const auto stand_in = stand_ins_->enlist(set_->replicas[place], step))
      step.out.send(*stand_in, wire::StandInRequest{.request = step.request(),
                                                    .epoch = version_,
                                                    .partition = write_.partition,
                                                    .key = write_.key.bytes,
                                                    .object = object_,
                                                    .target = set_->replicas[place],
                                                    .ttl = step.ttl()});
  }
}

Progress PutRequest::on_message(NodeId from, const wire::MergeReply& reply, Step& step) {
  const bool behind_or_ahead = reply.error && reply.error->code == ErrorCode::stale_ring;
  if (!behind_or_ahead || answered_ || !committed_) return on_vote(from, !reply.error, step);
  rings_differ_ = true;
  step.wake_after(step.config.ring_retry);
  return Progress::waiting;
}

Progress PutRequest::on_peer_lost(NodeId peer, Step& step) { return on_vote(peer, false, step); }

Progress PutRequest::on_vote(NodeId voter, bool yes, Step& step) {
  if (!committed_ || voter == step.self) return Progress::waiting;
  if (const auto place = set_->replicas.place_of(voter)) {
    const bool news = yes ? set_->acks.yes(*place) : set_->acks.no(*place);
    if (yes && news) acked_.push_back(voter);
  } else if (!stand_ins_ || !stand_ins_->on_answer(voter, yes)) {
    return Progress::waiting;
  }
  return conclude(step);
}

/// Once answered nobody waits for others: what they lack they get by hints and transfer.
Progress PutRequest::on_ring(Step& step) {
  if (!committed_ || answered_ || step.view.ring.version(write_.partition) == version_) return Progress::waiting;
  replicate(step);
  return conclude(step);
}

Progress PutRequest::on_late(Step& step) {
  if (!rings_differ_ || answered_) return Progress::waiting;
  replicate(step);
  return conclude(step);
}

void PutRequest::on_deadline(Step& step) {
  if (!answered_)
    leave_in_doubt(requester_,
                   committed_
                       ? fmt::format("{} of {} nodes have acknowledged in time", holders().size(), set_->acks.needed())
                       : "the first replica has not committed in time",
                   holders(), step.out);
  if (committed_) hint_those_without(step);
}

Progress PutRequest::conclude(Step& step) {
  if (!answered_) enlist_stand_ins(step);
  if (!answered_) answer_when_decided(step);
  if (!answered_) return Progress::waiting;
  object_ = {};
  if (!set_->acks.all_voted()) return Progress::answered;
  hint_those_without(step);
  return Progress::finished;
}

void PutRequest::hint_those_without(Step& step) {
  for (std::uint32_t place = 0; place < set_->replicas.size(); ++place) {
    const NodeId target = set_->replicas[place];
    if (target == step.self || has_acked(target) || std::ranges::find(hinted_, target) != hinted_.end()) continue;
    step.out.store(step.ticket(), storage::KeepHint{target, write_.partition, write_.key});
  }
}

void PutRequest::answer_when_decided(Step& step) {
  const Quorum& acks = set_->acks;
  const bool one_fewer = planted(Bug::write_by_one_fewer) && acks.votes() + 1 == acks.needed();
  if (acks.won_with(kept_places()) || one_fewer) {
    // With siblings that the client has not read the context would cover them, and its next put erase them.
    const bool all_read = siblings_ == (write_.tombstone ? 0 : 1) || planted(Bug::context_over_unread);
    answer(requester_,
           {.siblings = siblings_,
            .context = all_read ? causal::seal_context(step.secret, write_.key.token, context_) : Bytes{},
            .acked = holders(),
            .stand_ins = stand_ins_ ? stand_ins_->keepers() : std::vector<NodeId>{}},
           step.out);
    answered_ = true;
  } else if (acks.lost_with(hopeful_places())) {
    leave_in_doubt(requester_,
                   fmt::format("{} nodes have the write, {} were to; the others failed or are down", holders().size(),
                               acks.needed()),
                   holders(), step.out);
    answered_ = true;
  }
}

std::uint32_t PutRequest::kept_places() const {
  return stand_ins_ ? set_->replicas.places_of(stand_ins_->kept_for()) : 0;
}

std::uint32_t PutRequest::hopeful_places() const {
  return stand_ins_ ? set_->replicas.places_of(stand_ins_->hoped_for()) : 0;
}

bool PutRequest::has_acked(NodeId node) const { return std::ranges::find(acked_, node) != acked_.end(); }

std::vector<NodeId> PutRequest::holders() const {
  std::vector<NodeId> nodes = acked_;
  if (stand_ins_) std::ranges::copy(stand_ins_->keepers(), std::back_inserter(nodes));
  return nodes;
}

}  // namespace starling::coordinator
