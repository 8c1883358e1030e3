#include "sim/ledger.hpp"

#include <doctest/doctest.h>

#include "causal/codec.hpp"

using namespace starling;
using namespace starling::sim;

namespace {

constexpr PartitionId partition{3};
constexpr ActorId actor{7};

struct Watched {
  void issue(std::uint64_t n, std::uint64_t request = 0) {
    const storage::Put put{.partition = partition, .sibling = {.request = request}};
    ledger.on_committed(put, storage::PutAnswer{.dot = {actor, n}});
  }
  void merge(std::uint64_t n) {
    causal::Object object{.siblings = {{.dot = {actor, n}, .value = "v"}}};
    object.context.advance({actor, n});
    ledger.on_committed(storage::Merge{.partition = partition, .object = causal::encode(object)},
                        storage::MergeAnswer{.changed = true});
  }
  void fail_to_commit() {
    ledger.on_committed(storage::Put{.partition = partition}, fail(ErrorCode::storage_failed, "no disk"));
  }

  std::vector<Loss> losses;
  Ledger ledger{losses};
};

}  // namespace

TEST_CASE_FIXTURE(Watched, "an actor counts one by one") {
  issue(1);
  issue(2);
  CHECK(ledger.violations().empty());
  issue(2);
  CHECK(ledger.violations().size() == 1);
}

TEST_CASE_FIXTURE(Watched, "a gap is a dot that was issued and lost, unless nobody knows how a commit went") {
  issue(1);
  fail_to_commit();
  issue(3);
  CHECK(ledger.violations().empty());
  issue(9);
  CHECK(ledger.violations().size() == 1);
}

TEST_CASE_FIXTURE(Watched, "a request that comes again is told its dot") {
  issue(1, 55);
  issue(2, 66);
  issue(1, 55);
  CHECK(ledger.violations().empty());
  issue(1, 66);
  CHECK(ledger.violations().size() == 1);
}

TEST_CASE_FIXTURE(Watched, "a directory that was rolled back may issue again what nobody else has seen, and no more") {
  for (std::uint64_t n = 1; n <= 4; ++n) issue(n);
  merge(2);
  losses.push_back({});
  issue(3);
  issue(4);
  CHECK(ledger.violations().empty());
  issue(2);
  CHECK(ledger.violations().size() == 1);
}

TEST_CASE_FIXTURE(Watched, "a tombstone goes only where every witness has seen it") {
  const causal::Dot dot{{7}, 1};
  causal::Seen seen;
  seen.add(dot);
  const storage::ReapAnswer reaped{.reaped = 1, .dots = {dot}, .rows_gone = 1, .more = false};
  ledger.on_committed(storage::Reap{{}, {seen, seen}}, storage::Answer{reaped});
  CHECK(ledger.violations().empty());
  ledger.on_committed(storage::Reap{{}, {seen, {}}}, storage::Answer{reaped});
  CHECK(ledger.violations().size() == 1);
}
