#include "causal/partition_state.hpp"

#include <doctest/doctest.h>

#include "causal/codec.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

/// Seen: all of an actor's dots up to one.
Seen seen_up_to(ActorId actor, std::uint64_t n) {
  Seen seen;
  seen.join(actor, DotSet(n, {}));
  return seen;
}

VersionVector context_of(ActorId actor, std::uint64_t n) {
  VersionVector context;
  context.advance({actor, n});
  return context;
}

constexpr ActorId self{42};

}  // namespace

TEST_CASE("dots are issued densely, from one, under one actor") {
  Random random(1);
  PartitionState state;
  CHECK_FALSE(state.actor());
  const Dot first = state.issue({}, random);
  const Dot second = state.issue({}, random);
  CHECK(first.n == 1);
  CHECK(second == Dot{first.actor, 2});
  CHECK(state.actor() == first.actor);
  CHECK(state.counter() == 2);
  CHECK(state.seen().contains(second));
}

TEST_CASE("an actor in doubt is none, and the next dot is another's") {
  Random random(1);
  PartitionState state(self, 5, seen_up_to(self, 5));
  CHECK(state.actor() == self);
  state.doubt_actor();
  CHECK_FALSE(state.actor());
  const auto saved = decode_partition_state(encode(state));
  CHECK(*saved == state);
  const Dot dot = state.issue({}, random);
  CHECK(dot.actor != self);
  CHECK(dot.n == 1);
  CHECK(state.seen().contains({self, 5}));
}

TEST_CASE("a context that knows more of us than we have issued retires the actor") {
  Random random(1);
  PartitionState state(self, 5, seen_up_to(self, 5));
  CHECK(state.issue(context_of(self, 5), random) == Dot{self, 6});
  const Dot dot = state.issue(context_of(self, 7), random);
  CHECK(dot.actor != self);
  CHECK(dot.n == 1);
}

TEST_CASE("an actor at its end is followed by another") {
  Random random(1);
  PartitionState state(self, counter_max - 1, seen_up_to(self, counter_max - 1));
  CHECK(state.issue({}, random) == Dot{self, counter_max});
  const Dot dot = state.issue({}, random);
  CHECK(dot.actor != self);
  CHECK(dot.n == 1);
}

TEST_CASE("an object that knows more of us than we have issued puts the actor in doubt") {
  PartitionState state(self, 5, seen_up_to(self, 5));
  state.observe({.context = context_of(self, 5)});
  CHECK(state.actor() == self);
  state.observe({.context = context_of(self, 6)});
  CHECK_FALSE(state.actor());
}

TEST_CASE("another replica's seen that knows more of us than we have issued puts the actor in doubt") {
  PartitionState state(self, 5, seen_up_to(self, 5));
  state.join_seen(seen_up_to(self, 5));
  CHECK(state.actor() == self);
  state.join_seen(seen_up_to(self, 6));
  CHECK_FALSE(state.actor());
  CHECK(state.seen().contains({self, 6}));
}

TEST_CASE("a saved counter that is not what was seen of the actor is not trusted") {
  CHECK_FALSE(PartitionState(self, 4, seen_up_to(self, 5)).actor());
  CHECK_FALSE(PartitionState(self, 6, seen_up_to(self, 5)).actor());
  CHECK_FALSE(PartitionState(self, 0, {}).actor());
}

TEST_CASE("a repeated request finds its own write and changes nothing") {
  Random random(1);
  PartitionState state;
  const PutOutcome first = apply_put(state, {}, {}, {.request = 9, .value = "once"}, random);
  const PartitionState before = state;
  const PutOutcome again =
      apply_put(state, strip(first.filled, state.seen()), {}, {.request = 9, .value = "once"}, random);
  CHECK(again.repeated);
  CHECK(again.dot == first.dot);
  CHECK(again.filled == first.filled);
  CHECK(state == before);
  CHECK_FALSE(first.repeated);
}

TEST_CASE("puts without a request id are never taken for repeats") {
  Random random(1);
  PartitionState state;
  const PutOutcome first = apply_put(state, {}, {}, {.value = "a"}, random);
  const PutOutcome second = apply_put(state, strip(first.filled, state.seen()), {}, {.value = "a"}, random);
  CHECK_FALSE(second.repeated);
  CHECK(second.filled.siblings.size() == 2);
}

TEST_CASE("a row that knows more of us than we have issued retires the actor at the next put") {
  Random random(1);
  PartitionState state(self, 5, seen_up_to(self, 5));
  const PutOutcome put = apply_put(state, {.context = context_of(self, 8)}, {}, {.value = "a"}, random);
  CHECK(put.dot.actor != self);
}

TEST_CASE("a merge says whether the row is another than before") {
  Random random(1);
  PartitionState sender;
  const PutOutcome put = apply_put(sender, {}, {}, {.value = "a"}, random);
  PartitionState receiver;
  const MergeOutcome first = apply_merge(receiver, {}, put.filled);
  CHECK(first.changed);
  CHECK(first.learned);
  CHECK(receiver.seen().contains(put.dot));
  const MergeOutcome again = apply_merge(receiver, strip(first.filled, receiver.seen()), put.filled);
  CHECK_FALSE(again.changed);
  CHECK_FALSE(again.learned);
  CHECK(again.filled == first.filled);
}

TEST_CASE("a dot that comes too late for the row is learned all the same") {
  Random random(1);
  PartitionState sender;
  const PutOutcome old = apply_put(sender, {}, {}, {.value = "old"}, random);
  const PutOutcome renewed =
      apply_put(sender, strip(old.filled, sender.seen()), old.filled.context, {.value = "new"}, random);
  PartitionState receiver;
  const MergeOutcome have_new = apply_merge(receiver, {}, renewed.filled);
  REQUIRE_FALSE(receiver.seen().contains(old.dot));
  const MergeOutcome late = apply_merge(receiver, strip(have_new.filled, receiver.seen()), old.filled);
  CHECK_FALSE(late.changed);
  CHECK(late.learned);
  CHECK(receiver.seen().contains(old.dot));
}

TEST_CASE("a merge that puts the actor in doubt has learned something") {
  Random random(1);
  PartitionState state;
  const PutOutcome put = apply_put(state, {}, {}, {.value = "a"}, random);
  Object elsewhere;  // Somebody knows of a write of ours that we know nothing of: we were rolled back.
  elsewhere.context.advance({put.dot.actor, put.dot.n + 1});
  const MergeOutcome merged = apply_merge(state, strip(put.filled, state.seen()), elsewhere);
  CHECK(merged.learned);
  CHECK_FALSE(state.actor());
}

TEST_CASE("a merge that only removes is a change") {
  Random random(1);
  PartitionState sender;
  const PutOutcome old = apply_put(sender, {}, {}, {.value = "old"}, random);
  PartitionState receiver;
  const MergeOutcome have_old = apply_merge(receiver, {}, old.filled);
  // The receiver has heard of the next dot, but not what became of this key.
  const PutOutcome renewed =
      apply_put(sender, strip(old.filled, sender.seen()), old.filled.context, {.value = "new"}, random);
  Object emptied = renewed.filled;
  emptied.siblings.clear();
  receiver.join_seen(sender.seen());
  const MergeOutcome merged = apply_merge(receiver, strip(have_old.filled, receiver.seen()), emptied);
  CHECK(merged.changed);
  CHECK(merged.filled.siblings.empty());
}

TEST_CASE("a dot that a merge brings is not taken for one that was replaced") {
  // The row is to be filled with what was seen before the merge, not with the dots that it brings.
  Random random(1);
  PartitionState sender;
  const PutOutcome put = apply_put(sender, {}, {}, {.value = "a"}, random);
  PartitionState receiver;
  const MergeOutcome merged = apply_merge(receiver, {}, put.filled);
  CHECK(receiver.seen().base().covers(put.dot));
  CHECK(merged.filled.find(put.dot) != nullptr);
}
