/// Failures that other stores have met, replayed on bare causality: no network, no disk.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "causal/codec.hpp"
#include "causal/partition_state.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

/// A replica of one key: its partition's state, and the row as it is stored.
struct Replica {
  PartitionState state;
  Object row;

  Object read() const { return fill(row, state.seen()); }
  PutOutcome put(const VersionVector& context, Sibling sibling, Random& random) {
    PutOutcome outcome = apply_put(state, row, context, std::move(sibling), random);
    row = strip(outcome.filled, state.seen());
    return outcome;
  }
  bool merge(const Object& object) {
    MergeOutcome outcome = apply_merge(state, row, object);
    row = strip(std::move(outcome.filled), state.seen());
    return outcome.changed;
  }
};

std::vector<Bytes> values(const Object& object) {
  std::vector<Bytes> values;
  for (const Sibling& sibling : object.siblings)
    if (!sibling.tombstone) values.push_back(sibling.value);
  std::ranges::sort(values);
  return values;
}

using Values = std::vector<Bytes>;

}  // namespace

TEST_CASE("riak_kv #679: a coordinator that lost its replica does not issue its old dots again") {
  Random random(1);
  Replica a;
  Replica b;
  for (int i = 0; i < 5; ++i) b.merge(a.put(a.read().context, {.value = "old"}, random).filled);
  a = Replica{};
  const PutOutcome blind = a.put({}, {.value = "new"}, random);
  CHECK_FALSE(b.read().context.covers(blind.dot));
  b.merge(blind.filled);
  a.merge(b.read());
  CHECK(values(b.read()) == Values{"new", "old"});
  CHECK(a.read().siblings == b.read().siblings);
}

TEST_CASE("riak_kv #679: nor does one whose disk was rolled back, once that is in doubt") {
  Random random(1);
  Replica a;
  Replica b;
  b.merge(a.put({}, {.value = "first"}, random).filled);
  const Replica snapshot = a;
  b.merge(a.put(a.read().context, {.value = "second"}, random).filled);
  a = snapshot;
  a.state.doubt_actor();
  const PutOutcome blind = a.put({}, {.value = "third"}, random);
  b.merge(blind.filled);
  CHECK(values(b.read()) == Values{"second", "third"});
}

TEST_CASE("riak_kv #1094: a tombstone that comes late does not kill a key that was made anew") {
  Random random(1);
  Replica a;
  Replica b;
  b.merge(a.put({}, {.value = "old"}, random).filled);
  const Object hint = a.put(a.read().context, {.tombstone = true}, random).filled;
  b.merge(hint);
  // All have seen the tombstone: its row goes.
  a.row = {};
  b.row = {};
  b.merge(a.put({}, {.value = "anew"}, random).filled);
  CHECK_FALSE(a.merge(hint));
  CHECK_FALSE(b.merge(hint));
  CHECK(values(a.read()) == Values{"anew"});
  CHECK(values(b.read()) == Values{"anew"});
}

TEST_CASE("a value that comes late does not come back to life after its tombstone went") {
  Random random(1);
  Replica a;
  const Object hint = a.put({}, {.value = "old"}, random).filled;
  a.put(a.read().context, {.tombstone = true}, random);
  a.row = {};
  CHECK_FALSE(a.merge(hint));
  CHECK_FALSE(a.read().live());
}

TEST_CASE("a write by one who found nothing covers what was deleted before, wherever that still is") {
  Random random(1);
  Replica a;
  Replica late;
  late.merge(a.put({}, {.value = "old"}, random).filled);
  a.put(a.read().context, {.tombstone = true}, random);
  a.row = {};
  const VersionVector not_found = a.read().context;
  CHECK_FALSE(not_found.empty());
  late.put(not_found, {.value = "new"}, random);
  CHECK(values(late.read()) == Values{"new"});
}

TEST_CASE("riak_kv #1643: a replica notices its amnesia by what it receives, before it coordinates anything") {
  Random random(1);
  Replica a;
  Replica b;
  b.merge(a.put({}, {.value = "first"}, random).filled);
  const Replica snapshot = a;
  b.merge(a.put(a.read().context, {.value = "second"}, random).filled);
  a = snapshot;
  a.merge(b.read());
  CHECK_FALSE(a.state.actor());
  const PutOutcome put = a.put({}, {.value = "third"}, random);
  b.merge(put.filled);
  CHECK(values(b.read()) == Values{"second", "third"});
}

TEST_CASE("riak_kv #1103: whatever became of the identity on the disk, there is a next dot, and a new one") {
  Random random(1);
  Replica a;
  for (int i = 0; i < 20; ++i) a.put({}, {.value = "x"}, random);
  const Bytes saved = encode(a.state);
  for (std::size_t i = 0; i < saved.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = saved;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const auto read = decode_partition_state(damaged);
      PartitionState state = read ? *read : PartitionState{};
      if (!read) state.doubt_actor();
      // The row tells what its replica has issued, where the record lies and nobody noticed.
      const PutOutcome next = apply_put(state, a.row, {}, {.value = "y"}, random);
      CHECK(a.row.find(next.dot) == nullptr);
      CHECK(next.filled.siblings.size() == 21);
    }
}

TEST_CASE("riak_test #383: two clients that write in turn never make more than two siblings") {
  Random random(1);
  Replica server;
  std::array<VersionVector, 2> contexts;
  for (int round = 0; round < 1000; ++round)
    for (VersionVector& context : contexts) {
      server.put(context, {.value = "value"}, random);
      CHECK(server.read().siblings.size() <= 2);
      // Each goes on from its own read, which the other's next write knows nothing of.
      context = server.read().context;
    }
}

TEST_CASE("riak_test #383: nor through two replicas that hear of each other late") {
  Random random(1);
  std::array<Replica, 2> servers;
  std::array<VersionVector, 2> contexts;
  for (int round = 0; round < 1000; ++round) {
    const Object first = servers[0].put(contexts[0], {.value = "one"}, random).filled;
    const Object second = servers[1].put(contexts[1], {.value = "two"}, random).filled;
    servers[0].merge(second);
    servers[1].merge(first);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(servers[i].read().siblings.size() <= 2);
      contexts[i] = servers[i].read().context;
    }
  }
}

TEST_CASE("riak_kv #1188: one request, sent ten times, is one sibling") {
  Random random(1);
  Replica server;
  server.put({}, {.value = "other"}, random);
  for (int i = 0; i < 10; ++i) server.put({}, {.request = 77, .value = "mine"}, random);
  CHECK(values(server.read()) == Values{"mine", "other"});
}

TEST_CASE("riak_kv #334: reading and comparing a hundred times writes nothing") {
  Random random(1);
  std::array<Replica, 3> replicas;
  for (Replica& coordinator : replicas) {
    const Object object = coordinator.put({}, {.value = "value"}, random).filled;
    for (Replica& other : replicas) other.merge(object);
  }
  const std::array<Replica, 3> before = replicas;
  for (int i = 0; i < 100; ++i)
    for (Replica& from : replicas)
      for (Replica& to : replicas) CHECK_FALSE(to.merge(from.read()));
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    CHECK(replicas[i].state == before[i].state);
    CHECK(replicas[i].row == before[i].row);
  }
}

TEST_CASE("riak_kv #1864: after two hundred incarnations of its coordinators a key comes to rest") {
  Random random(1);
  Replica a;
  Replica b;
  for (int i = 0; i < 200; ++i) {
    Replica& coordinator = i % 2 == 0 ? a : b;
    coordinator.state.doubt_actor();
    const Object object = coordinator.put(coordinator.read().context, {.value = "value"}, random).filled;
    if (i % 3 == 0) (i % 2 == 0 ? b : a).merge(object);
  }
  b.merge(a.read());
  a.merge(b.read());
  CHECK_FALSE(b.merge(a.read()));
  CHECK_FALSE(a.merge(b.read()));
  CHECK(a.read().siblings == b.read().siblings);
  // What both have seen need not be kept with the key any more.
  a.state.join_seen(b.state.seen());
  b.state.join_seen(a.state.seen());
  CHECK(strip(a.row, a.state.seen()).context.empty());
}

TEST_CASE("riak_kv #1189: the bytes do not tell in which order a state came about") {
  Random random(1);
  std::array<Replica, 4> writers;
  std::vector<Object> objects;
  for (Replica& writer : writers) objects.push_back(writer.put({}, {.value = "value"}, random).filled);
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  Bytes row;
  Bytes state;
  do {
    Replica replica;
    for (const std::size_t i : order) replica.merge(objects[i]);
    if (row.empty()) {
      row = encode(replica.read());
      state = encode(replica.state);
    }
    CHECK(encode(replica.read()) == row);
    CHECK(encode(replica.state) == state);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("corrosion #352: deletes at the same time converge in every order") {
  Random random(1);
  std::array<Replica, 3> deleters;
  Replica origin;
  const Object value = origin.put({}, {.value = "value"}, random).filled;
  std::vector<Object> tombstones;
  for (Replica& deleter : deleters) {
    deleter.merge(value);
    tombstones.push_back(deleter.put(deleter.read().context, {.tombstone = true}, random).filled);
  }
  std::array<std::size_t, 3> order{0, 1, 2};
  std::vector<Bytes> ends;
  do {
    Replica replica;
    replica.merge(value);
    for (const std::size_t i : order) replica.merge(tombstones[i]);
    CHECK_FALSE(replica.read().live());
    CHECK(digest(replica.read()) == 0);
    ends.push_back(encode(replica.read()));
  } while (std::ranges::next_permutation(order).found);
  CHECK(std::ranges::count(ends, ends.front()) == 6);
}
