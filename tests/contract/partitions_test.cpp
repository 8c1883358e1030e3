#include <doctest/doctest.h>
#include <fmt/format.h>

#include "causal/codec.hpp"
#include "contract/healing.hpp"

/// Which partitions there are, and how a whole one goes.
namespace starling::test {
namespace {

using namespace storage;

constexpr DropPartition all_of_it{here, everywhere.first, everywhere.last, 1000};
constexpr DropPartition three_rows{here, everywhere.first, everywhere.last, 3};

template <class Disk>
std::vector<PartitionId> partitions(Store<Disk>& store) {
  return ask<ListPartitionsAnswer>(store, ListPartitions{}).partitions;
}

FOR_EACH_DISK("a partition is there from its first write or its first merge on, and after a crash too") {
  Store<Disk> store, other;
  CHECK(partitions(store).empty());
  CHECK(survey(store).seen == causal::Seen{});  // asked about, it is still none
  CHECK(partitions(store).empty());
  const auto put = store.put("k", "v");
  REQUIRE(put.has_value());
  CHECK(partitions(store) == std::vector{here});
  deliver(other, "k", *put);
  CHECK(partitions(other) == std::vector{here});
  other.crash();
  CHECK(partitions(other) == std::vector{here});
}

FOR_EACH_DISK("how much there is grows with what is kept, and counts the partitions that have any") {
  Store<Disk> store;
  const auto before = ask<MeasureAnswer>(store, Measure{});
  CHECK(before.partitions == 0);
  for (int i = 0; i < 40; ++i) REQUIRE(store.put(fmt::format("k{}", i), std::string(10'000, 'v')).has_value());
  const auto after = ask<MeasureAnswer>(store, Measure{});
  CHECK(after.partitions == 1);
  CHECK(after.bytes >= before.bytes + 400'000);
  CHECK(after.bytes <= before.bytes + 800'000);
  CHECK_FALSE(ask<DropPartitionAnswer>(store, all_of_it).more);
  CHECK(ask<MeasureAnswer>(store, Measure{}).bytes < before.bytes + 100'000);
}

FOR_EACH_DISK("a partition that is dropped leaves no row, nothing seen, no actor and no tree, for good") {
  Store<Disk> store;
  for (int i = 0; i < 40; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  build(store);
  const auto actor = store.claim();
  REQUIRE(actor);
  CHECK_FALSE(ask<DropPartitionAnswer>(store, all_of_it).more);
  const auto gone = [&] {
    CHECK(rows_of(store) == 0);
    CHECK(partitions(store).empty());
    CHECK(survey(store).seen == causal::Seen{});
    CHECK_FALSE(survey(store).tree_built);
    CHECK_FALSE(store.claim());
    CHECK(store.get("k7").siblings.empty());
  };
  gone();
  store.crash();
  gone();
  REQUIRE(store.put("k7", "anew").has_value());
  CHECK(store.values("k7") == std::vector<std::string>{"anew"});
  CHECK(store.claim()->actor != actor->actor);
}

FOR_EACH_DISK("what a dropped partition had seen is not taken for seen when it comes back") {
  Store<Disk> store, other;
  const auto old = store.put("k", "old");
  REQUIRE(old.has_value());
  deliver(other, "k", *old);
  const auto deletion = remove(other, "k");
  build(other);
  deliver(store, "k", deletion);
  reap(other, {survey(store).seen});
  CHECK_FALSE(ask<DropPartitionAnswer>(store, all_of_it).more);
  CHECK(pull(store, other) == 0);  // the row and its tombstone are gone there
  CHECK(store.get("k").siblings.empty());
  CHECK(survey(store).seen == survey(other).seen);
  deliver(store, "k", *old);  // late, from somewhere
  CHECK(store.get("k").siblings.empty());
}

template <class Disk>
bool drop_on(Store<Disk>& store) {
  return ask<DropPartitionAnswer>(store, three_rows).more;
}

template <class Disk>
bool is_refused(Store<Disk>& store, Command command) {
  const auto answer = store.run(std::move(command));
  return !answer && answer.error().code == ErrorCode::not_ready;
}

FOR_EACH_DISK(
    "a partition that is dropped in pieces is as good as gone from the first of them on, through every crash") {
  Store<Disk> store;
  for (int i = 0; i < 10; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  build(store);
  const auto owed = store.run(KeepHint{NodeId{9}, here, named("k9")});
  REQUIRE(owed.has_value());
  for (const std::size_t left : {7U, 4U, 1U}) {
    REQUIRE(drop_on(store));
    store.crash();
    CHECK(store.boot().damage.empty());
    CHECK(rows_of(store) == left);
    CHECK(partitions(store) == std::vector{here});
    CHECK(ask<ListPartitionsAnswer>(store, ListPartitions{}).going == std::vector{here});
    CHECK(ask<MeasureAnswer>(store, Measure{}).partitions == 1);
    CHECK(survey(store).seen == causal::Seen{});
    CHECK_FALSE(survey(store).tree_built);
    CHECK_FALSE(store.claim());
    // What a hint would bring is nothing, as when the row is gone.
    const auto hints = ask<ListHintsAnswer>(store, ListHints{NodeId{9}, {}, 10, 1000}).hints;
    REQUIRE(hints.size() == 1);
    CHECK(causal::decode_object(hints[0].object)->siblings.empty());
  }
  REQUIRE_FALSE(drop_on(store));
  store.crash();
  CHECK(rows_of(store) == 0);
  CHECK(partitions(store).empty());
  CHECK(ask<ListPartitionsAnswer>(store, ListPartitions{}).going.empty());
}

FOR_EACH_DISK("a partition that is being dropped is neither read nor written, also after a restart") {
  Store<Disk> store, other;
  for (int i = 0; i < 10; ++i) REQUIRE(store.put(fmt::format("k{}", i), "old").has_value());
  const auto late = other.put("k1", "of others");
  REQUIRE(late.has_value());
  const auto refuses_all = [&] {
    CHECK(is_refused(store, Get{here, named("k1")}));
    CHECK(is_refused(store, GetDigest{here, named("k1")}));
    CHECK(is_refused(store, Scan{here, everywhere.first, everywhere.last, {}, {}, 10, 1000}));
    CHECK(is_refused(store, lacking({})));
    CHECK(is_refused(store, ListDigests{here, everywhere.first, everywhere.last, {}, 10}));
    CHECK(is_refused(store, BuildTree{here, everywhere.first, everywhere.last}));
    CHECK(is_refused(store, store.put_command("k1", "new")));
    CHECK(is_refused(store, Merge{here, named("k1"), late->object}));
    CHECK(is_refused(store, MergePage{here, {}, survey(other).seen}));
  };
  REQUIRE(drop_on(store));
  refuses_all();
  store.crash();
  refuses_all();
  ask<Done>(store, RefuseReads{{}});
  ask<Done>(store, DoubtActors{{here}});
  CHECK(ask<RecoverAnswer>(store, Recover{here, everywhere.first, everywhere.last}).kept == 0);
  refuses_all();
  while (drop_on(store)) refuses_all();
  deliver(store, "k1", *late);
  CHECK(store.values("k1") == std::vector<std::string>{"of others"});
  CHECK(rows_of(store) == 1);
}

FOR_EACH_DISK("a write in the batch of the first piece is refused too") {
  Store<Disk> store;
  for (int i = 0; i < 10; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  std::vector<Command> batch;
  batch.emplace_back(three_rows);
  batch.emplace_back(store.put_command("k1", "too late"));
  auto answers = store.shard().run(batch);
  REQUIRE(answers[0].has_value());
  CHECK_FALSE(answers[1].has_value());
  CHECK(rows_of(store) == 7);
}

FOR_EACH_DISK("of large rows fewer go at a time") {
  Store<Disk> store;
  for (int i = 0; i < 4; ++i) REQUIRE(store.put(fmt::format("k{}", i), std::string(700'000, 'v')).has_value());
  REQUIRE(ask<DropPartitionAnswer>(store, all_of_it).more);
  CHECK(rows_of(store) == 2);
  CHECK_FALSE(ask<DropPartitionAnswer>(store, all_of_it).more);
}

FOR_EACH_DISK("a partition that may lack something is not given whole, and otherwise as before") {
  Store<Disk> store;
  REQUIRE(store.put("k", "v").has_value());
  ScanUnseen whole = lacking({});
  whole.whole = true;
  CHECK(store.run(whole).has_value());
  ask<Done>(store, RefuseReads{{here}});
  const auto refused = store.run(whole);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::not_ready);
  CHECK(store.run(lacking({})).has_value());
}

}  // namespace
}  // namespace starling::test
