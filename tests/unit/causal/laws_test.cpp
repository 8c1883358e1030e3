#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "model.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

/// Filled states of one key that a random history has led to: at its replicas, and on their way.
std::vector<Object> arbitrary_states() {
  const Model model = arbitrary_model();
  const Model::Key key = *rc::gen::inRange<std::size_t>(0, model.keys());
  std::vector<Object> states;
  for (std::size_t replica = 0; replica < model.replicas(); ++replica) states.push_back(model.object(replica, key));
  for (const Model::Sent& message : model.sent())
    if (message.key == key) states.push_back(*decode_object(message.object));
  return states;
}

Object any_of(const std::vector<Object>& states) { return *rc::gen::elementOf(states); }

}  // namespace

TEST_CASE("join is associative, commutative and idempotent") {
  CHECK(rc::check([] {
    const auto states = arbitrary_states();
    const Object x = any_of(states);
    const Object y = any_of(states);
    const Object z = any_of(states);
    RC_ASSERT(join(x, x) == x);
    RC_ASSERT(join(x, y) == join(y, x));
    RC_ASSERT(join(join(x, y), z) == join(x, join(y, z)));
  }));
}

TEST_CASE("join is inflationary: what both brought is in it, and bringing it again adds nothing") {
  CHECK(rc::check([] {
    const auto states = arbitrary_states();
    const Object x = any_of(states);
    const Object y = any_of(states);
    const Object joined = join(x, y);
    RC_ASSERT(joined.context.covers(x.context));
    RC_ASSERT(joined.context.covers(y.context));
    RC_ASSERT(join(joined, x) == joined);
    RC_ASSERT(join(joined, y) == joined);
    RC_ASSERT(joined.filled());
  }));
}

TEST_CASE("a put keeps its dot and removes exactly the siblings that its context covers") {
  CHECK(rc::check([] {
    const auto states = arbitrary_states();
    const Object before = any_of(states);
    const VersionVector context = any_of(states).context;
    const Dot dot{ActorId{1}, 1};  // The model's actors are random: this is nobody's.
    const Object after = put(before, context, {.dot = dot, .value = "new"});
    RC_ASSERT(after.find(dot) != nullptr);
    std::size_t kept = 0;
    for (const Sibling& sibling : before.siblings) {
      RC_ASSERT((after.find(sibling.dot) == nullptr) == context.covers(sibling.dot));
      kept += context.covers(sibling.dot) ? 0 : 1;
    }
    RC_ASSERT(after.siblings.size() == kept + 1);
    RC_ASSERT(std::ranges::is_sorted(after.siblings, {}, &Sibling::dot));
    RC_ASSERT(join(before, after) == after);
  }));
}

TEST_CASE("filling undoes stripping, with the same seen or a later one") {
  CHECK(rc::check([] {
    const Model model = arbitrary_model();
    const auto replica = *rc::gen::inRange<std::size_t>(0, model.replicas());
    const auto later = *rc::gen::inRange<std::size_t>(0, model.replicas());
    const Object object = model.object(replica, *rc::gen::inRange<std::size_t>(0, model.keys()));
    const Seen& seen = model.state(replica).seen();
    const Object stripped = strip(object, seen);
    RC_ASSERT(fill(stripped, seen) == object);
    RC_ASSERT(strip(fill(stripped, seen), seen) == stripped);
    Seen grown = seen;
    grown.join(model.state(later).seen());
    RC_ASSERT(fill(strip(object, grown), grown) == fill(object, grown));
  }));
}

TEST_CASE("a row needs nothing in its context that its replica has seen without a gap") {
  Model model(3, 2);
  model.put_blind(0, 0);
  model.put(0, model.read(0, 0));
  model.put_blind(0, 1);
  CHECK(decode_object(model.row(0, 0))->context.empty());
  CHECK(decode_object(model.row(0, 1))->context.empty());
}

TEST_CASE("the digest is of the live dots and of nothing else") {
  CHECK(rc::check([] {
    const auto states = arbitrary_states();
    const auto live = [](const Object& object) {
      Model::Dots dots;
      for (const Sibling& sibling : object.siblings)
        if (!sibling.tombstone) dots.insert(sibling.dot);
      return dots;
    };
    const Object x = any_of(states);
    const Object y = any_of(states);
    RC_ASSERT((digest(x) == digest(y)) == (live(x) == live(y)));
    RC_ASSERT((digest(x) == 0) == !x.live());
  }));
}
