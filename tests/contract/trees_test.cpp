#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "contract/healing.hpp"

/// What a shard promises about its Merkle trees and about the rows that another replica lacks.
namespace starling::test {
namespace {

using namespace storage;

/// What is kept up is what reading all rows gives.
template <class Disk>
void check_tree(Store<Disk>& store) {
  const PartitionSurvey kept = survey(store);
  REQUIRE(kept.tree_built);
  const auto leaves = sums(store);
  ask<Done>(store, DropTree{here});
  CHECK_FALSE(survey(store).tree_built);
  build(store);
  const PartitionSurvey anew = survey(store);
  CHECK(kept.root == anew.root);
  CHECK(kept.live == anew.live);
  CHECK(kept.tombstones == anew.tombstones);
  CHECK(leaves == sums(store));
}

/// One of the things that happen to rows.
template <class Disk>
void do_something(Store<Disk>& store, Store<Disk>& other, Random& random) {
  const std::string name = fmt::format("k{}", random.below(24));
  const auto draw = random.below(10);
  if (draw < 3) {
    const auto put = random.chance(1, 3) ? remove(store, name) : store.put(name, "ours").value();
    if (random.chance(1, 2)) deliver(other, name, put);
  } else if (draw < 7) {
    const auto put =
        random.chance(1, 2) ? remove(other, name) : other.put(name, "theirs", store.get(name).context).value();
    if (random.chance(3, 4)) deliver(store, name, put);
  } else if (draw == 7) {
    pull(store, other);
  } else if (draw == 8) {
    ask<ReapAnswer>(store, Reap{here, {survey(other).seen}});
  } else if (random.chance(1, 3)) {
    ask<Done>(store, DropTree{here});
  }
}

FOR_EACH_DISK("the tree that is kept is the one that is read anew, whatever happens while it is read and after") {
  Store<Disk> store, other;
  Random random(21);
  int checks = 0;
  std::uint64_t live_max = 0;
  std::uint64_t tombstones_max = 0;
  for (int i = 0; i < 600; ++i) {
    do_something(store, other, random);
    if (random.chance(1, 2)) build_on(store);
    if (survey(store).tree_built && random.chance(1, 8)) {
      check_tree(store);
      ++checks;
      live_max = std::max(live_max, survey(store).live);
      tombstones_max = std::max(tombstones_max, survey(store).tombstones);
    }
    if (i % 200 == 199) store.crash();
  }
  CHECK(checks > 10);
  CHECK(live_max > 10);
  CHECK(tombstones_max > 5);
}

FOR_EACH_DISK("after a start there is no tree until it is read") {
  Store<Disk> store;
  REQUIRE(store.put("k", "v").has_value());
  CHECK_FALSE(survey(store).tree_built);
  CHECK_FALSE(ask<SumLeavesAnswer>(store, SumLeaves{here, 4}).built);
  build(store);
  CHECK(survey(store).live == 1);
  store.crash();
  CHECK_FALSE(survey(store).tree_built);
}

TEST_CASE("a batch that failed leaves nothing in the tree, even where it was read in that batch") {
  Store<MemoryDisk> store;
  auto& engine = static_cast<MemoryEngine&>(store.disk().engine());
  for (int i = 0; i < 8; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  for (const int steps : {0, 1, 100}) {
    for (int i = 0; i < steps; ++i) build_on(store);
    const auto before = survey(store).root;
    engine.fail_commits(Error{ErrorCode::disk_full, "no room"});
    std::vector<Command> batch = {store.put_command("k1", "refused"), store.put_command("new", "refused"),
                                  BuildTree{here, everywhere.first, everywhere.last},
                                  store.put_command("k2", "refused")};
    store.shard().run(batch);
    engine.fail_commits({});
    build(store);
    if (steps == 100) CHECK(survey(store).root == before);
    CHECK(survey(store).live == 8);
    check_tree(store);
  }
}

FOR_EACH_DISK("a survey answers in the order of the question, with what has been seen") {
  Store<Disk> store;
  const auto dot = store.put("k", "v")->dot;
  const auto found = ask<SurveyAnswer>(store, Survey{{PartitionId{9}, here}}).partitions;
  REQUIRE(found.size() == 2);
  CHECK(found[0].partition == PartitionId{9});
  CHECK(found[0].seen == causal::Seen{});
  CHECK(found[1].seen.contains(dot));
}

FOR_EACH_DISK("two replicas find the one key that differs by their sums and digests") {
  Store<Disk> ours, theirs;
  for (int i = 0; i < 60; ++i) {
    const auto name = fmt::format("k{}", i);
    deliver(theirs, name, ours.put(name, "v").value());
  }
  build(ours);
  build(theirs);
  CHECK(survey(ours).root == survey(theirs).root);
  REQUIRE(ours.put("k7", "w").has_value());

  const auto mine = sums(ours, 4);
  const auto yours = sums(theirs, 4);
  std::vector<std::string> differing;
  for (std::size_t leaf = 0; leaf < mine.size(); ++leaf) {
    if (mine[leaf] == yours[leaf]) continue;
    const TokenRange tokens = leaf_tokens(everywhere, 4, leaf);
    const ListDigests list{.partition = here, .first = tokens.first, .last = tokens.last, .after = {}, .rows_max = 100};
    const auto rows = ask<ListDigestsAnswer>(ours, list).rows;
    const auto others = ask<ListDigestsAnswer>(theirs, list).rows;
    REQUIRE(rows.size() == others.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i].digest != others[i].digest) differing.emplace_back(rows[i].key.key());
  }
  CHECK(differing == std::vector<std::string>{"k7"});
}

FOR_EACH_DISK("digests are listed a page at a time, of what lives") {
  Store<Disk> store;
  for (int i = 0; i < 20; ++i) REQUIRE(store.put(fmt::format("k{}", i), "v").has_value());
  remove(store, "k3");
  ListDigests list{.partition = here, .first = everywhere.first, .last = everywhere.last, .after = {}, .rows_max = 6};
  std::vector<std::string> names;
  do {
    const auto page = ask<ListDigestsAnswer>(store, list);
    for (const auto& [key, digest] : page.rows) {
      names.emplace_back(key.key());
      CHECK(digest == causal::digest(store.get(key.key())));
    }
    list.after = page.complete_to;
  } while (!list.after.bytes.empty());
  CHECK(names.size() == 19);
  CHECK(std::ranges::find(names, "k3") == names.end());
}

FOR_EACH_DISK("the rows that another lacks are those that hold something it has not seen, tombstones too") {
  Store<Disk> ours, theirs;
  for (int i = 0; i < 30; ++i) {
    const auto name = fmt::format("k{}", i);
    const auto put = i % 5 == 0 ? remove(ours, name) : ours.put(name, "v").value();
    if (i % 3 != 0) deliver(theirs, name, put);
  }
  const auto page = ask<ScanUnseenAnswer>(ours, lacking(survey(theirs).seen));
  CHECK(page.rows.size() == 10);
  CHECK(page.seen == survey(ours).seen);
  CHECK(page.complete_to.bytes.empty());
  CHECK(pull(theirs, ours) == 10);
  CHECK(survey(theirs).seen == survey(ours).seen);
  CHECK(pull(theirs, ours) == 0);
  for (int i = 0; i < 30; ++i) CHECK(ours.values(fmt::format("k{}", i)) == theirs.values(fmt::format("k{}", i)));
}

FOR_EACH_DISK("the first unseen row fits always, however few bytes there may be") {
  Store<Disk> ours;
  for (int i = 0; i < 3; ++i) REQUIRE(ours.put(fmt::format("k{}", i), Bytes(500, 'v')).has_value());
  auto scan = lacking({});
  scan.bytes_max = 1;
  for (int i = 0; i < 3; ++i) {
    const auto page = ask<ScanUnseenAnswer>(ours, scan);
    CHECK(page.rows.size() == 1);
    CHECK(page.complete_to.bytes.empty() == (i == 2));
    scan.after = page.complete_to;
  }
}

FOR_EACH_DISK("what has been joined is seen after a crash too, and the reads that find nothing say so") {
  Store<Disk> ours, theirs;
  const auto dot = theirs.put("k", "v")->dot;
  ask<Done>(ours, MergePage{here, {}, survey(theirs).seen});
  ours.crash();
  CHECK(survey(ours).seen.contains(dot));
  CHECK(ours.get("other").context.covers(dot));
}

FOR_EACH_DISK("a seen set that knows more of our actor than we do puts it in doubt") {
  Store<Disk> store;
  const auto first = store.put("k", "v")->dot;
  causal::Seen more = survey(store).seen;
  more.add({first.actor, first.n + 1});
  ask<Done>(store, MergePage{here, {}, more});
  CHECK(store.put("k", "w")->dot.actor != first.actor);
}

FOR_EACH_DISK("a damaged row makes the tree another one, and fails the search for what others lack") {
  Store<Disk> store;
  REQUIRE(store.put("bad", "v").has_value());
  REQUIRE(store.put("good", "v").has_value());
  build(store);
  const auto sound = survey(store);
  Engine& engine = store.disk().engine();
  Bytes row;
  REQUIRE(engine.get(named("bad"), row).value());
  row[row.size() / 2] ^= 1;
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.update(named("bad"), row).has_value());
  REQUIRE(engine.commit().has_value());

  ask<Done>(store, DropTree{here});
  build(store);
  CHECK(survey(store).live == 1);
  CHECK(survey(store).root != sound.root);
  const ListDigests list{
      .partition = here, .first = everywhere.first, .last = everywhere.last, .after = {}, .rows_max = 9};
  CHECK(ask<ListDigestsAnswer>(store, list).rows.size() == 1);
  const auto unseen = store.run(lacking({}));
  REQUIRE_FALSE(unseen.has_value());
  CHECK(unseen.error().code == ErrorCode::unavailable);
  CHECK_FALSE(store.shard().poisoned());
}

}  // namespace
}  // namespace starling::test
