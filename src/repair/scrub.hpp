#pragma once

#include <optional>

#include "repair/step.hpp"
#include "repair/trees.hpp"

namespace starling::repair {

/// Has everything read again within config.scrub_period, one partition after the other: its Merkle tree
/// is thrown away and built anew, which reads every row. What is damaged is found before the other
/// replicas lose theirs too, and a tree that had gone astray is right again.
class Scrub {
 public:
  void start(const Step& step) { next_ = step.view.now + pause(step); }
  std::optional<Instant> due() const { return next_; }
  void on_timer(Trees& trees, Step& step);

 private:
  static Duration pause(const Step& step);

  std::size_t place_{};  ///< among our partitions
  std::optional<Instant> next_;
};

}  // namespace starling::repair
