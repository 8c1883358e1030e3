#include "causal/version_vector.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace starling::causal {

namespace {

bool not_ascending(const Dot& a, const Dot& b) { return a.actor >= b.actor; }

/// Where the entry of `actor` is or would be. Vectors are short: a walk beats a binary search.
template <class Iterator>
Iterator seek(Iterator from, Iterator end, ActorId actor) {
  while (from != end && from->actor < actor) ++from;
  return from;
}

}  // namespace

VersionVector::VersionVector(std::vector<Dot> entries) : entries_(std::move(entries)) {
  ensure(std::ranges::adjacent_find(entries_, not_ascending) == entries_.end(), "entries sorted by actor");
  ensure(std::ranges::all_of(entries_, [](const Dot& dot) { return dot.n != 0; }), "no zero entries");
}

std::uint64_t VersionVector::operator[](ActorId actor) const {
  const auto it = seek(entries_.begin(), entries_.end(), actor);
  return it != entries_.end() && it->actor == actor ? it->n : 0;
}

bool VersionVector::covers(const VersionVector& other) const {
  auto mine = entries_.begin();
  for (const Dot& theirs : other.entries_) {
    mine = seek(mine, entries_.end(), theirs.actor);
    if (mine == entries_.end() || mine->actor != theirs.actor || mine->n < theirs.n) return false;
  }
  return true;
}

void VersionVector::advance(Dot dot) {
  if (dot.n == 0) return;
  const auto it = seek(entries_.begin(), entries_.end(), dot.actor);
  if (it != entries_.end() && it->actor == dot.actor)
    it->n = std::max(it->n, dot.n);
  else
    entries_.insert(it, dot);
}

void VersionVector::join(const VersionVector& other) {
  std::size_t missing = 0;
  auto mine = entries_.begin();
  for (const Dot& theirs : other.entries_) {
    mine = seek(mine, entries_.end(), theirs.actor);
    if (mine != entries_.end() && mine->actor == theirs.actor)
      mine->n = std::max(mine->n, theirs.n);
    else
      ++missing;
  }
  // The actors that were missing are woven in from the back: each entry moves once at most.
  std::size_t from = entries_.size();
  std::size_t to = from + missing;
  std::size_t theirs = other.entries_.size();
  entries_.resize(to);
  while (from != to) {
    const Dot& next = other.entries_[theirs - 1];
    if (from > 0 && entries_[from - 1].actor >= next.actor) {
      if (entries_[from - 1].actor == next.actor) --theirs;
      entries_[--to] = entries_[--from];
    } else {
      entries_[--to] = next;
      --theirs;
    }
  }
}

void VersionVector::drop_covered_by(const VersionVector& other) {
  auto theirs = other.entries_.begin();
  std::erase_if(entries_, [&](const Dot& mine) {
    theirs = seek(theirs, other.entries_.end(), mine.actor);
    return theirs != other.entries_.end() && theirs->actor == mine.actor && theirs->n >= mine.n;
  });
}

}  // namespace starling::causal
