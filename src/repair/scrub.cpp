#include "repair/scrub.hpp"

#include <algorithm>

namespace starling::repair {

void Scrub::on_timer(Trees& trees, Step& step) {
  if (!next_ || step.view.now < *next_) return;
  next_ = step.view.now + pause(step);
  const auto partitions = step.view.ring.partitions_of(step.self);
  if (partitions.empty()) return;
  place_ = (place_ + 1) % partitions.size();
  step.store(storage::DropTree{partitions[place_]});
  trees.want(partitions[place_]);
}

Duration Scrub::pause(const Step& step) {
  const std::size_t partitions = std::max<std::size_t>(1, step.view.ring.partitions_of(step.self).size());
  return step.config.scrub_period / static_cast<std::int64_t>(partitions);
}

}  // namespace starling::repair
