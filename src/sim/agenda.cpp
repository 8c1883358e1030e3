#include "sim/agenda.hpp"

#include <algorithm>

namespace starling::sim {

bool Agenda::step(Instant limit) {
  if (entries_.empty() || entries_.begin()->first.first > limit) return false;
  auto entry = entries_.extract(entries_.begin());
  now_ = entry.key().first;
  ++done_;
  entry.mapped()();
  return true;
}

void Agenda::run_to(Instant instant) {
  while (step(instant)) {
  }
  now_ = std::max(now_, instant);
}

}  // namespace starling::sim
