#include <doctest/doctest.h>
#include <fmt/format.h>

#include <tuple>

#include "causal/codec.hpp"
#include "contract/healing.hpp"

/// When tombstones go, and what is left where they were.
namespace starling::test {
namespace {

using namespace storage;

using Values = std::vector<std::string>;

FOR_EACH_DISK("a tombstone goes when every other replica has seen it, and not before") {
  Store<Disk> store, second, third;
  REQUIRE(store.put("k", "v").has_value());
  const auto deletion = remove(store, "k");
  build(store);
  CHECK(survey(store).tombstones == 1);

  deliver(second, "k", deletion);
  const std::vector witnesses = {survey(second).seen, survey(third).seen};
  CHECK(reap(store, witnesses).reaped == 0);
  CHECK(rows_of(store) == 1);
  CHECK(reap(store, {survey(third).seen}).reaped == 0);

  deliver(third, "k", deletion);
  const auto gone = reap(store, {survey(second).seen, survey(third).seen});
  CHECK(gone.reaped == 1);
  CHECK(gone.rows_gone == 1);
  CHECK(rows_of(store) == 0);
  CHECK(survey(store).tombstones == 0);
  store.crash();
  CHECK(rows_of(store) == 0);
}

FOR_EACH_DISK("a replica that is alone is all there are") {
  Store<Disk> store;
  remove(store, "k");
  build(store);
  CHECK(reap(store, {}).rows_gone == 1);
}

FOR_EACH_DISK("nothing is reaped while it is not known where tombstones are") {
  Store<Disk> store;
  remove(store, "k");
  CHECK(reap(store, {}).reaped == 0);
  build(store);
  CHECK(reap(store, {}).reaped == 1);
}

FOR_EACH_DISK("what was deleted and reaped cannot come back, and who reads it learns that it was there") {
  Store<Disk> store, late;
  const auto write = store.put("k", "v").value();
  const auto deletion = remove(store, "k");
  deliver(late, "k", deletion);
  build(store);
  REQUIRE(reap(store, {survey(late).seen}).rows_gone == 1);
  CHECK(store.get("k").context.covers(deletion.dot));

  CHECK_FALSE(deliver(store, "k", write));
  CHECK_FALSE(deliver(store, "k", deletion));
  CHECK(store.values("k").empty());
  CHECK(rows_of(store) == 0);

  const auto again = store.put("k", "new", store.get("k").context);
  REQUIRE(again.has_value());
  CHECK(again->siblings == 1);
  deliver(late, "k", *again);
  CHECK(late.values("k") == Values{"new"});
}

FOR_EACH_DISK("of a row that lives on only the tombstone goes") {
  Store<Disk> store, other;
  const auto deletion = remove(store, "k");
  deliver(other, "k", deletion);
  REQUIRE(store.put("k", "beside").has_value());
  build(store);
  const auto before = survey(store).root;
  const auto gone = reap(store, {survey(other).seen});
  CHECK(gone.reaped == 1);
  CHECK(gone.rows_gone == 0);
  CHECK(store.get("k").siblings.size() == 1);
  CHECK(store.values("k") == Values{"beside"});
  CHECK(survey(store).root == before);
  CHECK(survey(store).tombstones == 0);
}

FOR_EACH_DISK("a context that is not seen without a gap stays as a row until it is") {
  Store<Disk> store, other;
  const auto missed = other.put("elsewhere", "v").value();  // has not arrived when the tombstone does
  const auto deletion = remove(other, "k");
  deliver(store, "k", deletion);
  build(store);
  const auto first = reap(store, {survey(other).seen});
  CHECK(first.reaped == 1);
  CHECK(first.rows_gone == 0);
  CHECK(rows_of(store) == 1);
  CHECK(survey(store).tombstones == 1);
  CHECK(store.get("k").context.covers(deletion.dot));

  deliver(store, "elsewhere", missed);
  const auto second = reap(store, {survey(other).seen});
  CHECK(second.reaped == 0);
  CHECK(second.rows_gone == 1);
  CHECK(rows_of(store) == 1);
  CHECK(store.get("k").context.covers(deletion.dot));
}

FOR_EACH_DISK("many are reaped a few at a time, each call going on where the last one stopped") {
  Store<Disk> store;
  for (int i = 0; i < 300; ++i) remove(store, fmt::format("k{}", i));
  REQUIRE(store.put("lives", "v").has_value());
  build(store);
  const auto first = ask<ReapAnswer>(store, Reap{here, {}});
  CHECK(first.more);
  CHECK(first.reaped > 0);
  CHECK(first.reaped < 300);
  CHECK(first.reaped + reap(store, {}).reaped == 300);
  CHECK(rows_of(store) == 1);
  CHECK_FALSE(ask<ReapAnswer>(store, Reap{here, {}}).more);
}

FOR_EACH_DISK("those that have to wait do not keep the others from being reaped") {
  Store<Disk> store, other;
  for (int i = 0; i < 400; ++i) {
    const auto name = fmt::format("k{}", i);
    const auto deletion = remove(store, name);
    if (i % 2 == 0) deliver(other, name, deletion);
  }
  build(store);
  CHECK(reap(store, {survey(other).seen}).reaped == 200);
  CHECK(survey(store).tombstones == 200);
}

FOR_EACH_DISK("a merge that drops the last sibling leaves no row where nothing is left to say") {
  Store<Disk> store, other;
  deliver(other, "k", store.put("k", "v").value());
  const auto deletion = remove(other, "k");
  deliver(store, "elsewhere", other.put("elsewhere", "v").value());
  build(other);
  causal::Seen all = survey(other).seen;
  REQUIRE(reap(other, {all}).rows_gone == 1);

  build(store);
  const Bytes nothing = causal::encode(other.get("k"));
  ask<Done>(store, MergePage{here, {}, causal::Seen{}});
  CHECK(ask<MergeAnswer>(store, Merge{here, named("k"), nothing}).changed);
  CHECK(store.values("k").empty());
  CHECK(store.get("k").context.covers(deletion.dot));
  pull(store, other);
  reap(store, {all});
  CHECK(rows_of(store) == 1);  // "elsewhere"
  CHECK(survey(store).live == 1);
  CHECK(survey(store).tombstones == 0);
}

/// Two replicas write and delete, and much gets lost between them.
FOR_EACH_DISK("replicas that pull what they lack become equal, and then no tombstone is left anywhere") {
  Store<Disk> one, two;
  Random random(31);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 80; ++i) {
      const std::string name = fmt::format("k{}", random.below(30));
      const auto [from, to] = random.chance(1, 2) ? std::tie(one, two) : std::tie(two, one);
      const auto put = random.chance(1, 3) ? remove(from, name)
                                           : from.put(name, fmt::format("v{}", i), from.get(name).context).value();
      if (random.chance(1, 2)) deliver(to, name, put);
    }
    pull(one, two);
    pull(two, one);
    build(one);
    build(two);
    CHECK(survey(one).seen == survey(two).seen);
    CHECK(sums(one) == sums(two));
    reap(one, {survey(two).seen});
    reap(two, {survey(one).seen});
    CHECK(survey(one).tombstones + survey(two).tombstones == 0);
    CHECK(rows_of(one) == rows_of(two));
    for (int key = 0; key < 30; ++key)
      CHECK(one.values(fmt::format("k{}", key)) == two.values(fmt::format("k{}", key)));
  }
}

}  // namespace
}  // namespace starling::test
