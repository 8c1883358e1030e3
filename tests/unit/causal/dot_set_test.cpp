#include "causal/dot_set.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "causal/dot.hpp"
#include "causal/seen.hpp"

using namespace starling;
using namespace starling::causal;

namespace {

/// The plain thing: all of 1..floor, and some more.
struct Numbers {
  std::uint64_t floor{};
  std::set<std::uint64_t> more;

  bool contains(std::uint64_t n) const { return (n != 0 && n <= floor) || more.contains(n); }
  std::uint64_t max() const { return more.empty() ? floor : std::max(floor, *more.rbegin()); }
  std::uint64_t gap_free() const {
    std::uint64_t base = floor;
    while (more.contains(base + 1)) ++base;
    return base;
  }
};

/// Near each other, so that runs meet, and across the places where a bitmap's containers end.
Numbers arbitrary_numbers() {
  const auto origin = *rc::gen::element<std::uint64_t>(1, 65'530, 131'070);
  Numbers numbers;
  if (*rc::gen::arbitrary<bool>()) numbers.floor = origin - 1;
  for (const int offset : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 40)))
    numbers.more.insert(origin + static_cast<std::uint64_t>(offset));
  return numbers;
}

DotSet set_of(const Numbers& numbers) {
  DotSet dots(numbers.floor, {});
  for (const std::uint64_t n : numbers.more) dots.add(n);
  return dots;
}

bool same(const DotSet& dots, const Numbers& numbers) {
  for (const std::uint64_t near : {0U, 65'480U, 131'020U})
    for (std::uint64_t n = near; n < near + 150; ++n)
      if (dots.contains(n) != numbers.contains(n)) return false;
  return dots.base() == numbers.gap_free() && dots.max() == numbers.max();
}

}  // namespace

TEST_CASE("a dot set is the set of what was added, its base the part without a gap") {
  CHECK(rc::check([] {
    const Numbers numbers = arbitrary_numbers();
    RC_ASSERT(same(set_of(numbers), numbers));
  }));
}

TEST_CASE("the order in which dots are added makes no difference") {
  CHECK(rc::check([] {
    const Numbers numbers = arbitrary_numbers();
    DotSet backwards(numbers.floor, {});
    for (auto it = numbers.more.rbegin(); it != numbers.more.rend(); ++it) backwards.add(*it);
    RC_ASSERT(backwards == set_of(numbers));
  }));
}

TEST_CASE("the join of two sets is their union, and it covers both") {
  CHECK(rc::check([] {
    const Numbers a = arbitrary_numbers();
    const Numbers b = arbitrary_numbers();
    Numbers both{.floor = std::max(a.floor, b.floor), .more = a.more};
    both.more.insert(b.more.begin(), b.more.end());
    DotSet joined = set_of(a);
    joined.join(set_of(b));
    RC_ASSERT(same(joined, both));
    RC_ASSERT(joined.covers(set_of(a)));
    RC_ASSERT(set_of(a).covers(set_of(b)) == (joined == set_of(a)));
  }));
}

TEST_CASE("a set is put into its one form when it is made") {
  Bitmap above;
  above.addRange(2, 11);
  const DotSet folded(4, above);
  CHECK(folded.base() == 10);
  CHECK(folded.above().isEmpty());
  CHECK(folded == DotSet(10, {}));
}

TEST_CASE("the last counter that there is can be seen") {
  DotSet dots(counter_max - 2, {});
  dots.add(counter_max);
  CHECK(dots.base() == counter_max - 2);
  dots.add(counter_max - 1);
  CHECK(dots.base() == counter_max);
  CHECK(dots.above().isEmpty());
  CHECK_FALSE(dots.contains(counter_max + 1));
}

TEST_CASE("what a replica has seen of all actors keeps its base as it goes") {
  CHECK(rc::check([] {
    Seen seen;
    Seen other;
    for (Seen* each : {&seen, &other})
      for (const auto actor : {1U, 2U, 3U})
        for (const std::uint64_t n : arbitrary_numbers().more) each->add({{actor}, n});
    seen.join({2}, set_of(arbitrary_numbers()));
    seen.join(other);
    VersionVector base;
    for (const auto& [actor, dots] : seen.actors()) base.advance({actor, dots.base()});
    RC_ASSERT(seen.base() == base);
    RC_ASSERT(seen.covers(other));
    for (const auto& [actor, dots] : other.actors()) RC_ASSERT(seen.max(actor) >= dots.max());
  }));
}

TEST_CASE("an actor of whom nothing was seen leaves no trace") {
  Seen seen;
  seen.join(ActorId{1}, DotSet{});
  CHECK(seen == Seen{});
  CHECK(seen.max({1}) == 0);
  CHECK_FALSE(seen.contains({{1}, 1}));
  Seen one;
  one.add({{1}, 1});
  CHECK_FALSE(seen.covers(one));
}
