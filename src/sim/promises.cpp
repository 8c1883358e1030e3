#include "sim/promises.hpp"

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

bool Promises::is_shown_to(const Op& read, const Op& write) const {
  if (!write.is_write() || write.outcome != Outcome::done || write.ended >= read.began) return false;
  if (write.stood_in) return false;  // Nobody says when it was delivered.
  // Who never answers again takes no vote from the others: a read that was answered met those that remember. Unless it
  // was removed, and all that are left do not know what it alone had acknowledged.
  const bool at_majority = asked(write.strength) > replicas_ / 2;
  const auto answers = [&](const Loss& loss) { return !(loss.silent && at_majority) && loss.shows <= read.ended; };
  const std::size_t forgetful = losses_.empty() ? 0 : lost(write, answers);
  return asked(write.strength) + asked(read.strength) > replicas_ + forgetful;
}

}  // namespace starling::sim
