#include "sim/checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace starling::sim {

namespace {

/// A set of operations of one key, by their place in its history.
class OpSet {
 public:
  explicit OpSet(std::size_t size) : words_((size + 63) / 64) {}
  void insert(std::size_t i) { words_[i / 64] |= 1ULL << (i % 64); }
  bool contains(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void insert(const OpSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// All operations on one key, and for each the puts that it was written over, directly or not.
class KeyChecker {
 public:
  KeyChecker(const History& history, const std::vector<OpId>& ids) : history_(history), ids_(ids) {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      OpSet& over = ancestors_.emplace_back(ids_.size());
      // A context holds only what was read before, so what an operation was written over comes before it.
      for (OpId parent : op(i).covers) {
        over.insert(place(parent));
        over.insert(ancestors_[place(parent)]);
      }
      OpSet& values = values_.emplace_back(ids_.size());
      for (OpId value : op(i).values) values.insert(place(value));
    }
  }

  std::vector<Violation> run() {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (op(i).kind == Op::Kind::get && op(i).outcome == Op::Outcome::done) check_read(i);
    return std::move(violations_);
  }

 private:
  const Op& op(std::size_t i) const { return history_.ops[ids_[i]]; }

  void check_read(std::size_t read) {
    for (const Bytes& bytes : op(read).phantoms)
      report("no phantom", read, fmt::format("returned {} bytes that nobody wrote", bytes.size()));
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (values_[read].contains(i)) check_value(read, i);

    const OpSet gone = accounted_for(read);
    for (std::size_t write = 0; write < ids_.size(); ++write) {
      if (!seen(op(write), op(read))) continue;
      if (op(read).empty_context) report("context", read, fmt::format("has no context, after #{}", ids_[write]));
      if (op(write).kind == Op::Kind::put && !gone.contains(write))
        report("no loss", read, fmt::format("lacks value {}, acknowledged before it began", ids_[write]));
      for (OpId value : op(read).values)
        if (ancestors_[write].contains(place(value)))
          report("no resurrection", read,
                 fmt::format("returned {}, which #{} had been written over", value, ids_[write]));
    }
  }

  void check_value(std::size_t read, std::size_t value) {
    if (op(value).outcome == Op::Outcome::refused || op(value).began > op(read).ended)
      report("no phantom", read, fmt::format("returned value {}, whose put was refused", ids_[value]));
    for (OpId other : op(read).values)
      if (ancestors_[place(other)].contains(value))
        report("antichain", read, fmt::format("returned {} and what was written over it, {}", ids_[value], other));
  }

  /// What a read may lack or has: its values, and all that these or any delete were written over.
  OpSet accounted_for(std::size_t read) const {
    OpSet gone = values_[read];
    for (OpId value : op(read).values) gone.insert(ancestors_[place(value)]);
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (op(i).kind == Op::Kind::remove && op(i).outcome != Op::Outcome::refused && op(i).began <= op(read).ended)
        gone.insert(ancestors_[i]);
    return gone;
  }

  /// The write was acknowledged before the read began, and they must share a replica.
  static bool seen(const Op& write, const Op& read) {
    if (write.kind == Op::Kind::get || write.outcome != Op::Outcome::done || write.ended >= read.began) return false;
    if (write.strength == Op::Strength::all || read.strength == Op::Strength::all) return true;
    return write.strength == Op::Strength::majority && read.strength == Op::Strength::majority;
  }

  std::size_t place(OpId id) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
  }

  /// The first of each kind; the others seldom tell more.
  void report(const std::string& rule, std::size_t read, const std::string& what) {
    if (!reported_.insert(rule).second) return;
    violations_.push_back({rule, fmt::format("get #{} {}", ids_[read], what), op(read).key});
  }

  const History& history_;
  const std::vector<OpId>& ids_;
  std::vector<OpSet> ancestors_;
  std::vector<OpSet> values_;
  std::set<std::string> reported_;
  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> check(const History& history) {
  std::map<std::size_t, std::vector<OpId>> by_key;
  for (OpId id = 0; id < history.ops.size(); ++id) by_key[history.ops[id].key].push_back(id);
  std::vector<Violation> violations;
  for (const auto& [key, ids] : by_key)
    for (auto& violation : KeyChecker(history, ids).run()) violations.push_back(std::move(violation));
  return violations;
}

}  // namespace starling::sim
