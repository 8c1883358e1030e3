/// Preguiça, Baquero, Almeida, Fonte, Gonçalves: "Dotted version vectors" (2010, 2012), and
/// Gonçalves, Almeida, Baquero, Fonte: "Concise server-wide causality management" (DAIS 2015).

#include <doctest/doctest.h>

#include <vector>

#include "causal/partition_state.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

/// A server of many keys, one at a time: the caller keeps the rows.
struct Server {
  PartitionState state;
  Random random;

  explicit Server(std::uint64_t seed) : random(seed) {}

  Object put(const Object& row, const VersionVector& context, Bytes value) {
    return apply_put(state, row, context, {.value = std::move(value)}, random).filled;
  }
  Object merge(const Object& row, const Object& incoming) { return apply_merge(state, row, incoming).filled; }
  Object stored(const Object& filled) const { return strip(filled, state.seen()); }
};

std::vector<Bytes> values(const Object& object) {
  std::vector<Bytes> values;
  for (const Sibling& sibling : object.siblings) values.push_back(sibling.value);
  return values;
}

using Values = std::vector<Bytes>;

}  // namespace

TEST_CASE("two clients that read the same and write through one server are told apart, by one entry for the server") {
  Server a(1);
  const Object first = a.put({}, {}, "v1");
  const Object second = a.put(a.stored(first), first.context, "v2");
  const Object third = a.put(a.stored(second), first.context, "v3");
  CHECK(values(third) == Values{"v2", "v3"});
  CHECK(third.context.entries().size() == 1);
}

TEST_CASE("a write replaces what its client has read, and leaves what it has not") {
  Server a(1);
  const Object blind = a.put({}, {}, "v1");
  const Object both = a.put(a.stored(blind), {}, "v2");
  CHECK(values(both) == Values{"v1", "v2"});
  const Object after = a.put(a.stored(both), blind.context, "v3");
  CHECK(values(after) == Values{"v2", "v3"});
  CHECK(values(a.put(a.stored(after), after.context, "v4")) == Values{"v4"});
}

TEST_CASE("a version that has been replaced elsewhere gives way") {
  Server a(1);
  Server b(2);
  const Object start = a.put({}, {}, "v1");
  const Object at_b = b.merge({}, start);
  const Object newer = b.put(b.stored(at_b), at_b.context, "v2");
  CHECK(values(a.merge(a.stored(start), newer)) == Values{"v2"});
}

TEST_CASE("versions that replaced the same one at two servers are both kept, until somebody has read both") {
  Server a(1);
  Server b(2);
  const Object start = a.put({}, {}, "v1");
  const Object at_b = b.merge({}, start);
  const Object one = a.put(a.stored(start), start.context, "v2");
  const Object other = b.put(b.stored(at_b), at_b.context, "v3");
  const Object merged = a.merge(a.stored(one), other);
  CHECK(merged.siblings.size() == 2);
  CHECK(values(a.put(a.stored(merged), merged.context, "v4")) == Values{"v4"});
}

TEST_CASE("one clock of the server serves all its keys: a key that is written alone stores no context") {
  Server a(1);
  for (int key = 0; key < 100; ++key) CHECK(a.stored(a.put({}, {}, "value")).context.empty());
  CHECK(a.state.seen().base().entries().size() == 1);
}

TEST_CASE("a dot that arrives before those below it leaves a gap, and its key keeps its context until the gap closes") {
  Server a(1);
  Server b(2);
  const Object first = a.put({}, {}, "first key");
  const Object second = a.put({}, {}, "second key");
  const Object early = b.merge({}, second);
  CHECK_FALSE(b.stored(early).context.empty());
  CHECK(b.state.seen().base().empty());
  b.merge({}, first);
  CHECK(b.stored(early).context.empty());
  CHECK(fill(b.stored(early), b.state.seen()).filled());
}
