#include "causal/version_vector.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

using namespace starling;
using namespace starling::causal;

namespace {

using Entries = std::map<std::uint64_t, std::uint64_t>;

Entries arbitrary_entries() {
  Entries entries;
  for (const auto actor : *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 8)))
    entries[actor] = *rc::gen::inRange<std::uint64_t>(1, 5);
  return entries;
}

VersionVector vector_of(const Entries& entries) {
  VersionVector vector;
  for (const auto& [actor, n] : entries) vector.advance({{actor}, n});
  return vector;
}

}  // namespace

TEST_CASE("a vector covers what lies at or below its entries, and nothing of actors it has not heard of") {
  CHECK(rc::check([] {
    const Entries entries = arbitrary_entries();
    const VersionVector vector = vector_of(entries);
    const auto actor = *rc::gen::inRange<std::uint64_t>(1, 8);
    const auto n = *rc::gen::inRange<std::uint64_t>(1, 6);
    const auto it = entries.find(actor);
    RC_ASSERT(vector.covers(Dot{{actor}, n}) == (it != entries.end() && n <= it->second));
  }));
}

TEST_CASE("a join takes the greater of each entry") {
  CHECK(rc::check([] {
    const Entries a = arbitrary_entries();
    const Entries b = arbitrary_entries();
    Entries greater = a;
    for (const auto& [actor, n] : b) greater[actor] = std::max(greater[actor], n);
    VersionVector joined = vector_of(a);
    joined.join(vector_of(b));
    RC_ASSERT(joined == vector_of(greater));
    RC_ASSERT(std::ranges::is_sorted(joined.entries(), {}, &Dot::actor));
    RC_ASSERT(vector_of(a).covers(vector_of(b)) == (joined == vector_of(a)));
  }));
}

TEST_CASE("dropping what another covers leaves exactly the rest") {
  CHECK(rc::check([] {
    const Entries a = arbitrary_entries();
    const Entries b = arbitrary_entries();
    Entries rest = a;
    std::erase_if(rest,
                  [&](const auto& entry) { return b.contains(entry.first) && b.at(entry.first) >= entry.second; });
    VersionVector dropped = vector_of(a);
    dropped.drop_covered_by(vector_of(b));
    RC_ASSERT(dropped == vector_of(rest));
  }));
}

TEST_CASE("advancing never lowers an entry, and never makes a zero one") {
  VersionVector vector;
  vector.advance({{1}, 5});
  vector.advance({{1}, 3});
  vector.advance({{2}, 0});
  CHECK(vector[ActorId{1}] == 5);
  CHECK(vector.entries().size() == 1);
}
