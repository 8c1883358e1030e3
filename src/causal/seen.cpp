#include "causal/seen.hpp"

#include <algorithm>

namespace starling::causal {

bool Seen::add(Dot dot) {
  DotSet& dots = actors_[dot.actor];
  const bool is_new = dots.add(dot.n);
  if (is_new) base_.advance({dot.actor, dots.base()});
  return is_new;
}

void Seen::join(const Seen& other) {
  for (const auto& [actor, dots] : other.actors_) join(actor, dots);
}

void Seen::join(ActorId actor, const DotSet& dots) {
  if (dots.max() == 0) return;  // An actor without dots has no entry: equal sets are equal maps.
  DotSet& mine = actors_[actor];
  mine.join(dots);
  base_.advance({actor, mine.base()});
}

bool Seen::contains(Dot dot) const {
  const auto it = actors_.find(dot.actor);
  return it != actors_.end() && it->second.contains(dot.n);
}

bool Seen::covers(const Seen& other) const {
  return std::ranges::all_of(other.actors_, [this](const auto& entry) {
    const auto mine = actors_.find(entry.first);
    return mine != actors_.end() && mine->second.covers(entry.second);
  });
}

std::uint64_t Seen::max(ActorId actor) const {
  const auto it = actors_.find(actor);
  return it == actors_.end() ? 0 : it->second.max();
}

}  // namespace starling::causal
