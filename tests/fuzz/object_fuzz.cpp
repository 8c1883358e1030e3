#include "causal/codec.hpp"
#include "fuzz.hpp"
#include "storage/row.hpp"

/// Stored and travelling objects: two, and what a replica has seen.
namespace starling::fuzz {

namespace {

using causal::Object;

void check_row(const Object& object) {
  const Token token{0x5741'524c};
  const Bytes row = storage::encode_row(token, object);
  auto back = storage::decode_row(token, "key", row);
  ensure(back.has_value() && back->siblings == object.siblings, "a row does not come back");
  ensure(back->filled() && back->context.covers(object.context), "a row has lost some of its context");
  ensure(!storage::decode_row({token.value + 1}, "key", row), "a row is taken for another key's");
}

void check_alone(const Object& object, const causal::Seen& seen) {
  check_row(object);
  const Object filled = causal::fill(object, seen);
  ensure(causal::fill(causal::strip(filled, seen), seen) == filled, "stripping loses what filling does not restore");
  ensure(!object.filled() || causal::join(object, object) == object, "join is not idempotent");
  ensure(object.live() || causal::digest(object) == 0, "what is dead has a digest");
}

/// One dot names one write: two objects that disagree about one never meet.
bool may_meet(const Object& x, const Object& y) {
  for (const causal::Sibling& sibling : x.siblings)
    if (const auto* other = y.find(sibling.dot); other && *other != sibling) return false;
  return true;
}

void check_joined(const Object& x, const Object& y) {
  if (!may_meet(x, y)) return;
  const Object both = causal::join(x, y);
  ensure(both == causal::join(y, x), "join is not commutative");
  ensure(both == causal::join(both, x), "join forgets what it has joined");
  ensure(both.filled() && both.context.covers(x.context) && both.context.covers(y.context), "join shrinks");
  ensure(causal::decode_filled_object(causal::encode(both)) == both, "what was joined does not come back");
}

Result<Object> decoded(BytesView bytes) {
  auto object = causal::decode_object(bytes);
  const auto filled = causal::decode_filled_object(bytes);
  ensure(filled.has_value() == (object && object->filled()), "the two decoders disagree on what is filled");
  ensure(!object || causal::encode(*object) == bytes, "an object has two encodings");
  return object;
}

}  // namespace

void try_input(BytesView input) {
  Pieces pieces(input);
  const causal::Seen seen = causal::decode_seen(pieces.chunk()).value_or(causal::Seen{});
  const auto x = decoded(pieces.chunk());
  const auto y = decoded(pieces.rest());
  if (x) check_alone(*x, seen);
  if (y) check_alone(*y, seen);
  if (x && y && x->filled() && y->filled()) check_joined(*x, *y);
}

}  // namespace starling::fuzz
