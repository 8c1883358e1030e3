#include "sim/key_history.hpp"

#include <algorithm>

namespace starling::sim {

KeyHistory::KeyHistory(const History& history, std::vector<OpId> ids) : history_(&history), ids_(std::move(ids)) {
  for (std::size_t place = 0; place < size(); ++place) add(place);
}

/// A context holds only what was read before, so what an operation was written over comes before it.
void KeyHistory::add(std::size_t at) {
  OpSet& may = may_.emplace_back(size());
  OpSet& must = must_.emplace_back(size());
  for (OpId parent : op(at).covers) {
    const std::size_t over = place(parent);
    may.insert(over);
    may.insert(may_[over]);
    must.insert(must_[over]);
    if (!op(over).may_be_twice()) must.insert(over);
  }
  if (op(at).kind != Op::Kind::remove || op(at).outcome == Outcome::refused) return;
  deletes_.push_back(at);
  if (!op(at).unread) return;
  // The node read for it; one that is in doubt may have done so at any time.
  for (std::size_t other = 0; other < size(); ++other)
    if (op(at).outcome != Outcome::done || op(other).began <= op(at).ended) may.insert(other);
}

std::size_t KeyHistory::place(OpId id) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
}

OpSet KeyHistory::accounted_for(const OpSet& values, Instant by) const {
  OpSet all = values;
  for (std::size_t at = 0; at < size(); ++at)
    if (values.contains(at)) all.insert(may_[at]);
  for (std::size_t at : deletes_)
    if (op(at).began <= by) all.insert(may_[at]);
  return all;
}

}  // namespace starling::sim
