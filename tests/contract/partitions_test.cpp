#include <doctest/doctest.h>
#include <fmt/format.h>

#include "contract/healing.hpp"

/// Which partitions there are, and how a whole one goes.
namespace starling::test {
namespace {

using namespace storage;

constexpr DropPartition all_of_it{here, everywhere.first, everywhere.last};

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
  ask<Done>(store, all_of_it);
  CHECK(ask<MeasureAnswer>(store, Measure{}).bytes < before.bytes + 100'000);
}

FOR_EACH_DISK("a partition that is dropped leaves no row, nothing seen, no actor and no tree, for good") {
  Store<Disk> store;
  for (int i = 0; i < 40; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  build(store);
  const auto actor = store.claim();
  REQUIRE(actor);
  ask<Done>(store, all_of_it);
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
  ask<Done>(store, all_of_it);
  CHECK(pull(store, other) == 0);  // the row and its tombstone are gone there
  CHECK(store.get("k").siblings.empty());
  CHECK(survey(store).seen == survey(other).seen);
  deliver(store, "k", *old);  // late, from somewhere
  CHECK(store.get("k").siblings.empty());
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
