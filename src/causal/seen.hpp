#pragma once

#include <map>

#include "causal/dot_set.hpp"
#include "causal/version_vector.hpp"

namespace starling::causal {

/// Which dots of one partition a replica has seen, over all keys: the node-wide clock of
/// Gonçalves et al. (Concise Server-Wide Causality Management, DAIS 2015), kept per partition.
/// What its base covers need not be written into any object: fill() adds it back.
class Seen {
 public:
  /// Whether it was not there yet.
  bool add(Dot dot);
  void join(const Seen& other);
  /// Replaces the set of one actor by its union with `dots`.
  void join(ActorId actor, const DotSet& dots);
  bool contains(Dot dot) const;
  bool covers(const Seen& other) const;
  /// The highest counter seen of an actor, 0 for none.
  std::uint64_t max(ActorId actor) const;

  /// The gap-free part, kept up to date by every change.
  const VersionVector& base() const { return base_; }
  const std::map<ActorId, DotSet>& actors() const { return actors_; }

  friend bool operator==(const Seen& a, const Seen& b) { return a.actors_ == b.actors_; }

 private:
  std::map<ActorId, DotSet> actors_;
  VersionVector base_;
};

}  // namespace starling::causal
