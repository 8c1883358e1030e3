#include "causal/partition_state.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/planted.hpp"

namespace starling::causal {

PartitionState::PartitionState(ActorId actor, std::uint64_t counter, Seen seen)
    : actor_(actor), counter_(counter), seen_(std::move(seen)) {
  const bool proven = actor_ && counter_ != 0 && seen_.max(actor_) == counter_ && seen_.base()[actor_] == counter_;
  if (!proven) doubt_actor();
}

void PartitionState::doubt_actor() {
  if (planted(Bug::actor_reused)) return;
  actor_ = {};
  counter_ = 0;
}

void PartitionState::doubt_if_issued(std::uint64_t counter) {
  if (counter > counter_) doubt_actor();
}

Dot PartitionState::issue(const VersionVector& context, Random& random) {
  doubt_if_issued(context[actor_]);
  if (!actor_ || counter_ == counter_max) {
    do actor_ = ActorId{random.nonzero()};
    while (seen_.max(actor_) != 0 || context[actor_] != 0);
    counter_ = 0;
  }
  const Dot dot{actor_, ++counter_};
  seen_.add(dot);
  return dot;
}

bool PartitionState::observe(const Object& object) {
  const ActorId before = actor_;
  bool news = false;
  for (const Sibling& sibling : object.siblings) {
    news |= seen_.add(sibling.dot);
    if (sibling.dot.actor == actor_) doubt_if_issued(sibling.dot.n);
  }
  doubt_if_issued(object.context[actor_]);
  return news || actor_ != before;
}

void PartitionState::join_seen(const Seen& other) {
  seen_.join(other);
  doubt_if_issued(seen_.max(actor_));
}

std::optional<ActorId> PartitionState::actor() const { return actor_ ? std::optional(actor_) : std::nullopt; }

PutOutcome apply_put(PartitionState& state, Object stored, const VersionVector& client_context, Sibling sibling,
                     Random& random) {
  Object filled = fill(std::move(stored), state.seen());
  if (sibling.request != 0) {
    const auto earlier = std::ranges::find(filled.siblings, sibling.request, &Sibling::request);
    if (earlier != filled.siblings.end()) {
      const Dot dot = earlier->dot;
      return {.filled = std::move(filled), .dot = dot, .repeated = true};
    }
  }
  // The row is a witness like any other: it may know of dots that a damaged state has forgotten.
  state.observe(filled);
  const Dot dot = state.issue(client_context, random);
  sibling.dot = dot;
  return {.filled = put(std::move(filled), client_context, std::move(sibling)), .dot = dot};
}

MergeOutcome apply_merge(PartitionState& state, Object stored, Object incoming) {
  ensure(incoming.filled(), "only a filled object can be merged");
  // Filled before the new dots are noted: `seen` must not cover what the row does not have yet.
  if (planted(Bug::noted_before_merged)) state.observe(incoming);
  Object ours = fill(std::move(stored), state.seen());
  const bool learned = state.observe(incoming);
  const bool news = !ours.context.covers(incoming.context);
  const std::size_t before = ours.siblings.size();
  Object merged = join(std::move(ours), std::move(incoming));
  // Without news nothing can have come, only gone.
  const bool changed = news || merged.siblings.size() != before;
  return {.filled = std::move(merged), .changed = changed, .learned = learned};
}

}  // namespace starling::causal
