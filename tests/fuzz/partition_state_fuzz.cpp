#include "base/hash.hpp"
#include "base/random.hpp"
#include "causal/codec.hpp"
#include "fuzz.hpp"

/// The state of a partition as it was saved, then a put and a merge upon it.
namespace starling::fuzz {

namespace {

using causal::PartitionState;

void check_vector(BytesView bytes) {
  const auto vector = causal::decode_version_vector(bytes);
  ensure(!vector || causal::encode(*vector) == bytes, "a version vector has two encodings");
  const auto seen = causal::decode_seen(bytes);
  ensure(!seen || causal::encode(*seen) == bytes, "what was seen has two encodings");
  ensure(!seen || seen->covers(*seen), "what was seen does not cover itself");
}

/// The promise on which all else stands: a dot that anybody may know of is not issued again.
void check_put(PartitionState state, const causal::Object& stored, const causal::VersionVector& context,
               std::uint64_t seed) {
  Random random(seed);
  const causal::Seen before = state.seen();
  const causal::Object known = causal::fill(stored, before);
  const auto outcome = causal::apply_put(state, stored, context, {.value = "v"}, random);
  ensure(!before.contains(outcome.dot) && !context.covers(outcome.dot) && !known.context.covers(outcome.dot) &&
             known.find(outcome.dot) == nullptr,
         "a dot was issued twice");
  ensure(outcome.filled.filled() && outcome.filled.find(outcome.dot), "a put does not keep its dot");
  ensure(state.seen().contains(outcome.dot) && state.seen().covers(before), "a put is not seen");
  ensure(causal::decode_partition_state(causal::encode(state)) == state, "a state does not come back");
}

void check_merge(PartitionState state, const causal::Object& incoming) {
  const auto outcome = causal::apply_merge(state, {}, incoming);
  ensure(outcome.filled.filled() && outcome.filled.context.covers(incoming.context), "a merge lost context");
  ensure(state.counter() >= incoming.context[state.actor().value_or(ActorId{})], "amnesia went unnoticed");
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const BytesView saved = pieces.chunk();
  check_vector(saved);
  auto state = causal::decode_partition_state(saved);
  ensure(!state || causal::encode(*state) == saved, "a partition's state has two encodings");

  const auto context = causal::decode_version_vector(pieces.chunk()).value_or(causal::VersionVector{});
  const auto object = causal::decode_filled_object(pieces.rest());
  const PartitionState on_disk = std::move(state).value_or(PartitionState{});
  // Actors come from chance, which no input can foresee.
  check_put(on_disk, object.value_or(causal::Object{}), context, hash64(input));
  if (object) check_merge(on_disk, *object);
}

}  // namespace starling::fuzz
