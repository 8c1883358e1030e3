#include "causal/codec.hpp"
#include "causal/dot.hpp"
#include "fuzz.hpp"

/// Two sets of dots.
namespace starling::fuzz {

namespace {

using causal::DotSet;

DotSet decoded(BytesView bytes) {
  auto dots = causal::decode_dot_set(bytes);
  if (!dots) return {};
  ensure(causal::encode(*dots) == bytes, "a set of dots has two encodings");
  ensure(dots->max() <= causal::counter_max, "a dot above the highest");
  ensure(dots->max() == 0 || dots->contains(dots->max()), "the highest dot is not in the set");
  ensure(!dots->contains(dots->max() + 1) && !dots->contains(dots->base() + 1), "more than the set was told");
  ensure(dots->covers(*dots), "a set does not cover itself");
  return std::move(*dots);
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const DotSet x = decoded(pieces.chunk());
  const DotSet y = decoded(pieces.rest());
  DotSet both = x;
  both.join(y);
  DotSet other = y;
  other.join(x);
  ensure(both == other, "the union depends on the order");
  ensure(both.covers(x) && both.covers(y), "the union does not cover its parts");
  ensure(causal::decode_dot_set(causal::encode(both)) == both, "a union does not come back");

  const std::uint64_t n = x.max();
  if (n == 0) return;
  DotSet more = y;
  more.add(n);
  ensure(more.contains(n) && more.covers(y) && both.covers(more), "adding a dot is not joining it");
}

}  // namespace starling::fuzz
