#include <doctest/doctest.h>
#include <fmt/format.h>

#include "causal/codec.hpp"
#include "contract/healing.hpp"

/// Many rows of another replica at once.
namespace starling::test {
namespace {

using namespace storage;

constexpr std::uint64_t another = 8;  ///< seed: two that write are two actors

template <class Disk>
std::vector<ScannedRow> page_of(Store<Disk>& store) {
  std::vector<ScannedRow> rows;
  for (auto& [key, object] : ask<ScanUnseenAnswer>(store, lacking({}, 1000)).rows)
    rows.push_back({std::move(key), causal::decode_filled_object(object).value()});
  return rows;
}

template <class Disk>
void check_equal(Store<Disk>& a, Store<Disk>& b, int keys) {
  for (int i = 0; i < keys; ++i) CHECK(a.get(fmt::format("k{}", i)) == b.get(fmt::format("k{}", i)));
  CHECK(rows_of(a) == rows_of(b));
  CHECK(survey(a).seen == survey(b).seen);
  CHECK(survey(a).root == survey(b).root);
}

/// What a replica has that took part in some of the writes: here every third key, and an older value of it.
template <class Disk>
void put_some(Store<Disk>& store, int keys) {
  for (int i = 0; i < keys; i += 3) REQUIRE(store.put(fmt::format("k{}", i), "ours").has_value());
}

FOR_EACH_DISK("a page says the same as a merge of each of its rows, on an empty partition") {
  Store<Disk> source, by_page, one_by_one;
  for (int i = 0; i < 60; ++i) REQUIRE(source.put(fmt::format("k{}", i), "v").has_value());
  for (int i = 0; i < 60; i += 5) remove(source, fmt::format("k{}", i));
  build(by_page);
  build(one_by_one);
  const auto rows = page_of(source);
  ask<Done>(by_page, MergePage{here, rows});
  for (const auto& [key, object] : rows) ask<MergeAnswer>(one_by_one, Merge{here, key, causal::encode(object)});
  CHECK(rows_of(by_page) == 60);
  check_equal(by_page, one_by_one, 60);
  by_page.crash();
  build(by_page);
  check_equal(by_page, one_by_one, 60);
}

FOR_EACH_DISK(
    "rows of a page are joined with what is there already, in whatever order they come, and repeated ones too") {
  Store<Disk> source, by_page(Durability::full, another);
  put_some(by_page, 30);
  for (int i = 0; i < 30; ++i) REQUIRE(source.put(fmt::format("k{}", i), "theirs").has_value());
  auto rows = page_of(source);
  std::ranges::reverse(rows);
  rows.push_back(rows.front());
  ask<Done>(by_page, MergePage{here, rows});
  CHECK(rows_of(by_page) == 30);
  for (int i = 0; i < 30; ++i)
    CHECK(by_page.values(fmt::format("k{}", i)) ==
          (i % 3 == 0 ? std::vector<std::string>{"ours", "theirs"} : std::vector<std::string>{"theirs"}));
  const auto before = survey(by_page).seen;
  ask<Done>(by_page, MergePage{here, rows});
  CHECK(survey(by_page).seen == before);
  CHECK(rows_of(by_page) == 30);
}

FOR_EACH_DISK("one row that lies between those of a page is enough for all of them to be looked up") {
  Store<Disk> source, by_page(Durability::full, another);
  REQUIRE(by_page.put("k7", "ours").has_value());
  for (int i = 0; i < 20; ++i) REQUIRE(source.put(fmt::format("k{}", i), "theirs").has_value());
  ask<Done>(by_page, MergePage{here, page_of(source)});
  CHECK(rows_of(by_page) == 20);
  CHECK(by_page.values("k7") == std::vector<std::string>{"ours", "theirs"});
}

FOR_EACH_DISK("a damaged row is told, the others are joined, and nothing is claimed to be seen") {
  Store<Disk> source, by_page(Durability::full, another);
  for (int i = 0; i < 10; ++i) REQUIRE(source.put(fmt::format("k{}", i), "v").has_value());
  REQUIRE(by_page.put("k4", "ours").has_value());
  Engine& engine = by_page.disk().engine();
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.update(named("k4"), "no row").has_value());
  REQUIRE(engine.commit().has_value());
  const auto answer = by_page.run(MergePage{here, page_of(source), survey(source).seen});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::unavailable);
  CHECK(rows_of(by_page) == 10);
  CHECK_FALSE(survey(by_page).seen.covers(survey(source).seen));
}

FOR_EACH_DISK("what the last page speaks of is seen with its rows") {
  Store<Disk> source, by_page;
  for (int i = 0; i < 10; ++i) REQUIRE(source.put(fmt::format("k{}", i), "v").has_value());
  remove(source, "k3");
  auto rows = page_of(source);
  std::vector<ScannedRow> first(rows.begin(), rows.begin() + 5);
  rows.erase(rows.begin(), rows.begin() + 5);
  ask<Done>(by_page, MergePage{here, first});
  CHECK_FALSE(survey(by_page).seen.covers(survey(source).seen));
  ask<Done>(by_page, MergePage{here, rows, survey(source).seen});
  CHECK(survey(by_page).seen == survey(source).seen);
  by_page.crash();
  CHECK(survey(by_page).seen == survey(source).seen);
}

FOR_EACH_DISK("a page without rows is done at once") {
  Store<Disk> store;
  ask<Done>(store, MergePage{here, {}});
  CHECK(rows_of(store) == 0);
}

}  // namespace
}  // namespace starling::test
