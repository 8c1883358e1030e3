#pragma once

#include <vector>

#include "sim/history.hpp"
#include "sim/loss.hpp"
#include "sim/moves.hpp"

namespace starling::sim {

/// What a store of N replicas owes its clients, given what its machines have lost. A write is on as
/// many replicas as acknowledged it, less those that have lost it since; it must be found as long as
/// one is left, and by every read that asks so many that they must meet one (Dynamo §4.5). A write
/// with stand-ins is as safe from loss, and may be hidden from reads until it is delivered.
///
/// While the replicas of a key become others:
/// - a read with a majority or more shows every write that was done with a majority or more before it began;
/// - a write with less is shown to a read of all replicas if these did not change from the beginning of the write to
///   the end of the read, and every former one of them knew that it is none when the write began;
/// - a read with less shows a write to all replicas, unless these had changed when the write was done, and a former one
///   of them did not know it yet when the read began.
class Promises {
 public:
  Promises(std::size_t replicas, std::vector<Loss> losses, std::vector<Move> moves)
      : replicas_(replicas), losses_(std::move(losses)), moves_(std::move(moves)) {}

  /// It was acknowledged, and some replica has it in the end.
  bool survives(const Op& write) const;
  /// It was acknowledged before the read began, and the read must know of it.
  bool is_shown_to(const Op& read, const Op& write) const;

 private:
  std::size_t asked(Op::Strength strength) const;
  bool is_majority(Op::Strength strength) const { return asked(strength) > replicas_ / 2; }
  bool go_by_lists_that_meet(const Op& read, const Op& write) const;
  /// How many machines may have forgotten this write.
  template <class Counts>
  std::size_t lost(const Op& write, Counts counts) const;

  std::size_t replicas_;
  std::vector<Loss> losses_;
  std::vector<Move> moves_;
};

}  // namespace starling::sim
