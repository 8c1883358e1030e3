#include "sim/promises.hpp"

#include <algorithm>
#include <set>

namespace starling::sim {

std::size_t Promises::asked(Op::Strength strength) const {
  switch (strength) {
    case Op::Strength::one: return 1;
    case Op::Strength::majority: return replicas_ / 2 + 1;
    case Op::Strength::all: return replicas_;
  }
  return 0;
}

/// What a stand-in acknowledged may have been on its target, and nowhere else, at any time since.
template <class Counts>
std::size_t Promises::lost(const Op& write, Counts counts) const {
  std::set<HostIndex> hosts;
  for (const Loss& loss : losses_) {
    const bool had_it = write.stood_in || write.ended >= loss.since;
    if (counts(loss) && had_it && write.began <= loss.until) hosts.insert(loss.host);
  }
  return hosts.size();
}

bool Promises::survives(const Op& write) const {
  if (!write.is_write() || write.outcome != Outcome::done) return false;
  return losses_.empty() || asked(write.strength) > lost(write, [](const Loss&) { return true; });
}

/// Majorities of a list and of the next one meet (ring/change.hpp). One replica of the one may be none of the other.
bool Promises::go_by_lists_that_meet(const Op& read, const Op& write) const {
  return std::ranges::none_of(moves_, [&](const Move& move) {
    if (move.key != read.key) return false;
    const bool during_both = move.since <= read.ended && move.until >= write.began;
    const bool read_by_older = move.since <= write.ended && move.until >= read.began;
    return (during_both && !is_majority(write.strength)) || (read_by_older && !is_majority(read.strength));
  });
}

bool Promises::is_shown_to(const Op& read, const Op& write) const {
  if (!write.is_write() || write.outcome != Outcome::done || write.ended >= read.began) return false;
  if (write.stood_in) return false;  // Nobody says when it was delivered.
  if (!go_by_lists_that_meet(read, write)) return false;
  // Who never answers again takes no vote from the others: a read that was answered met those that remember.
  const auto answers = [&](const Loss& loss) { return !loss.silent && loss.shows <= read.ended; };
  const std::size_t forgetful = losses_.empty() ? 0 : lost(write, answers);
  return asked(write.strength) + asked(read.strength) > replicas_ + forgetful;
}

}  // namespace starling::sim
