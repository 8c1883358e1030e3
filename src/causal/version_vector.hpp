#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "causal/dot.hpp"

namespace starling::causal {

/// For each actor, how many of its writes are covered: all of 1..n, no gaps. Entries are sorted
/// by actor and never zero, so equal vectors have equal bytes. (Fidge 1988; DVV, Preguiça 2012.)
class VersionVector {
 public:
  VersionVector() = default;
  /// From entries that are what entries() of another vector were; anything else is a bug.
  explicit VersionVector(std::vector<Dot> entries);

  /// 0 for an actor it has never heard of.
  std::uint64_t operator[](ActorId actor) const;
  bool covers(Dot dot) const { return dot.n <= (*this)[dot.actor]; }
  bool covers(const VersionVector& other) const;

  /// Raises the entry of `dot.actor` to at least `dot.n`.
  void advance(Dot dot);
  /// The least upper bound, in place.
  void join(const VersionVector& other);
  /// Drops every entry that `other` covers.
  void drop_covered_by(const VersionVector& other);

  bool empty() const { return entries_.empty(); }
  std::span<const Dot> entries() const { return entries_; }

  friend bool operator==(const VersionVector&, const VersionVector&) = default;

 private:
  std::vector<Dot> entries_;
};

}  // namespace starling::causal
