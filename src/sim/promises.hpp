#pragma once

#include <vector>

#include "sim/history.hpp"
#include "sim/loss.hpp"

namespace starling::sim {

/// What a store of N replicas owes its clients, given what its machines have lost. A write is on as
/// many replicas as acknowledged it, less those that have lost it since; it must be found as long as
/// one is left, and by every read that asks so many that they must meet one (Dynamo §4.5). A write
/// with stand-ins is as safe from loss, and may be hidden from reads until it is delivered.
class Promises {
 public:
  Promises(std::size_t replicas, std::vector<Loss> losses) : replicas_(replicas), losses_(std::move(losses)) {}

  /// It was acknowledged, and some replica has it in the end.
  bool survives(const Op& write) const;
  /// It was acknowledged before the read began, and the read must know of it.
  bool is_shown_to(const Op& read, const Op& write) const;

 private:
  std::size_t asked(Op::Strength strength) const;
  /// How many machines may have forgotten this write.
  template <class Counts>
  std::size_t lost(const Op& write, Counts counts) const;

  std::size_t replicas_;
  std::vector<Loss> losses_;
};

}  // namespace starling::sim
