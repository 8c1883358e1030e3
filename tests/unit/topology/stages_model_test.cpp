#include "stages_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "ring/change.hpp"

using namespace starling;
using namespace starling::topology;

namespace {

ring::PreferenceList list_of(std::string_view letters) {
  ring::PreferenceList list;
  for (const char letter : letters) list.push_back({static_cast<std::uint64_t>(letter - 'a' + 1)});
  return list;
}

/// The rings of one partition whose list changes: "abc abd" is one change, and "abc abd! abd" one
/// that is given up and then made after all.
std::vector<ring::Ring> course(std::string_view lists) {
  std::vector<ring::Member> everybody;
  for (const NodeId id : list_of("abcde")) everybody.push_back({.id = id});
  const std::size_t first = lists.find(' ');
  std::vector<ring::Ring> rings{*ring::Ring::make({7}, {1}, 5, everybody, {list_of(lists.substr(0, first))})};
  for (std::size_t at = first; at != std::string_view::npos;) {
    const std::size_t end = lists.find(' ', at + 1);
    std::string_view list = lists.substr(at + 1, end - at - 1);
    at = end;
    const bool given_up = list.ends_with('!');
    if (given_up) list.remove_suffix(1);
    rings.push_back(*ring::begin_change(rings.back(), everybody, {list_of(list)}));
    if (given_up) {
      rings.push_back(ring::abort_change(rings.back()));
    } else {
      rings.push_back(ring::read_from_new(rings.back()));
      rings.push_back(ring::settle(rings.back()));
    }
  }
  return rings;
}

/// Empty if nothing can be lost.
std::string lost(std::string_view lists, const StageRules& rules = {}) {
  const Searched searched = search(course(lists), rules);
  CHECK(searched.states > 1000);
  return searched.lost;
}

}  // namespace

TEST_CASE("while one place of a list changes, no read misses an acknowledged write") {
  for (const char* lists : {"a b", "ab ac", "abc abd", "abcd abce"}) CHECK(lost(lists) == "");
}

TEST_CASE("nor while a list grows or shrinks") {
  for (const char* lists : {"a ab", "ab abc", "abc abcd", "ab b", "abc bc", "abcd bcd"}) CHECK(lost(lists) == "");
}

TEST_CASE("nor in a series of changes") {
  for (const char* lists : {"abc abd aed", "abc abd abe", "abc abd abc"}) CHECK(lost(lists) == "");
  for (const char* lists : {"a ab abc", "ab abc bc", "abc bc c", "abc bc bd", "abc bc bcd"}) CHECK(lost(lists) == "");
}

TEST_CASE("nor if a change is given up and made again") {
  for (const char* lists : {"abc abd! abd", "abc abd! abe", "ab abc! abc", "abc bc! bc"}) CHECK(lost(lists) == "");
}

TEST_CASE("a write is missed if old versions are served") { CHECK(lost("abc abd", {.versions_equal = false}) != ""); }

TEST_CASE("a write is missed if newcomers are read at once") {
  CHECK(lost("abc abd", {.newcomers_read_late = false}) != "");
}

TEST_CASE("a write is missed if newcomers are read before they have pulled") {
  CHECK(lost("abc abd", {.pull_before_reading = false}) != "");
}

TEST_CASE("a write is missed if a newcomer pulls from any one of the others") {
  CHECK(lost("abc abd", {.enough_sources = false}) != "");
}

TEST_CASE("a write is missed if a source still takes writes of before the change") {
  CHECK(lost("abc abd", {.sources_adopted = false}) != "");
}

TEST_CASE("a write is missed if a pull counts for the change after it") {
  CHECK(lost("abc abd! abd", {.pulls_end_with_abort = false}) != "");
}

TEST_CASE("a write is missed if a change ends while old lists can still be read") {
  CHECK(lost("abc abd", {.seal_before_settling = false}) != "");
}

TEST_CASE("who stays in a list that gets shorter has to pull, for the sake of the change after this one") {
  const StageRules nobody_pulls{.stayers_pull = false};
  CHECK(lost("abc bc", nobody_pulls) == "");
  for (const char* lists : {"abc bc c", "abc bc bcd", "abc bc bd"}) CHECK(lost(lists, nobody_pulls) != "");
  CHECK(lost("abcd bcd cd", nobody_pulls) == "");  // A majority of four is one of three when one leaves.
}

TEST_CASE("what a coordinator was told under an older version may count, but not from before a change that is over") {
  const StageRules acknowledgements{.older_acknowledgements_kept = true};
  const StageRules answers{.older_answers_kept = true};
  for (const char* lists : {"a b", "abc abd", "ab abc", "abc bc"}) {
    CHECK(lost(lists, acknowledgements) == "");
    CHECK(lost(lists, answers) == "");
  }
  CHECK(lost("abc abd! abd", acknowledgements) != "");  // d has thrown away what it acknowledged the first time.
  CHECK(lost("abc abd abc", answers) != "");            // c answered before it left.
}
