#include "sim/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling::sim {

namespace {

class Checker {
 public:
  explicit Checker(const History& history) : ops_(history.ops), ancestors_(history.ops.size()) {
    // A context holds only what was read before, so ancestors come earlier in the history.
    for (OpId id = 0; id < ops_.size(); ++id) {
      for (OpId parent : ops_[id].covers) {
        ancestors_[id].insert(parent);
        ancestors_[id].insert(ancestors_[parent].begin(), ancestors_[parent].end());
      }
    }
  }

  std::vector<Violation> run() {
    for (OpId id = 0; id < ops_.size(); ++id)
      if (ops_[id].kind == Op::Kind::get && ops_[id].outcome == Op::Outcome::done) check_read(id);
    return std::move(violations_);
  }

 private:
  void check_read(OpId id) {
    const Op& read = ops_[id];
    if (read.empty_context) report("context", read, fmt::format("get #{} came without a context", id));
    for (const Bytes& bytes : read.phantoms)
      report("no phantom", read, fmt::format("get #{} returned {} bytes that nobody wrote", id, bytes.size()));
    for (OpId value : read.values) check_value(id, value);
    for (OpId write = 0; write < ops_.size(); ++write)
      if (ops_[write].key == read.key && seen(write, read)) check_seen(id, write);
  }

  void check_value(OpId id, OpId value) {
    const Op& read = ops_[id];
    if (ops_[value].outcome == Op::Outcome::refused || ops_[value].began > read.ended)
      report("no phantom", read, fmt::format("get #{} returned value {}, whose put was refused", id, value));
    for (OpId other : read.values)
      if (ancestors_[other].contains(value))
        report("antichain", read,
               fmt::format("get #{} returned {} and what was written over it, {}", id, value, other));
  }

  void check_seen(OpId id, OpId write) {
    const Op& read = ops_[id];
    for (OpId value : read.values)
      if (ancestors_[write].contains(value))
        report("no resurrection", read,
               fmt::format("get #{} returned value {}, which #{} had been written over", id, value, write));
    if (ops_[write].kind == Op::Kind::put && !accounted_for(write, read))
      report("no loss", read, fmt::format("get #{} lacks value {}, acknowledged before it began", id, write));
  }

  /// The write was acknowledged before the read began, and they must share a replica.
  bool seen(OpId id, const Op& read) const {
    const Op& write = ops_[id];
    if (write.kind == Op::Kind::get || write.outcome != Op::Outcome::done || write.ended >= read.began) return false;
    if (write.strength == Op::Strength::all || read.strength == Op::Strength::all) return true;
    return write.strength == Op::Strength::majority && read.strength == Op::Strength::majority;
  }

  bool accounted_for(OpId put, const Op& read) const {
    if (read.values.contains(put)) return true;
    for (OpId value : read.values)
      if (ancestors_[value].contains(put)) return true;
    for (OpId id = 0; id < ops_.size(); ++id)
      if (ops_[id].kind == Op::Kind::remove && ops_[id].outcome != Op::Outcome::refused &&
          ops_[id].began <= read.ended && ancestors_[id].contains(put))
        return true;
    return false;
  }

  void report(std::string rule, const Op& read, std::string what) {
    violations_.push_back({std::move(rule), std::move(what), read.key});
  }

  const std::vector<Op>& ops_;
  std::vector<std::set<OpId>> ancestors_;
  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> check(const History& history) { return Checker(history).run(); }

}  // namespace starling::sim
