#include "sim/end_rules.hpp"

#include <fmt/format.h>

#include <limits>

namespace starling::sim {

namespace {

constexpr Instant end_of_time{Duration::max()};

class EndCheck {
 public:
  EndCheck(const History& history, const KeyHistory& key, const Promises& promises, const Holding& holding,
           Verdict& verdict)
      : history_(history), key_(key), promises_(promises), holding_(holding), verdict_(verdict), values_(key.none()) {}

  void run() {
    for (const causal::Sibling& sibling : holding_.object.siblings)
      if (!sibling.tombstone) take(sibling.value);
    const OpSet gone = key_.accounted_for(values_, end_of_time);
    for (std::size_t write = 0; write < key_.size(); ++write) {
      check_antichain(write);
      if (promises_.survives(key_.op(write))) check_acknowledged(write, gone);
    }
  }

 private:
  void take(const Bytes& value) {
    const auto writer = history_.writer_of(key_.key(), value);
    if (!writer) return report("no phantom", fmt::format("holds {} bytes that nobody wrote", value.size()));
    if (history_.ops[*writer].outcome == Outcome::refused)
      report("no phantom", fmt::format("holds value {}, whose put was refused", *writer));
    values_.insert(key_.place(*writer));
    places_.insert(key_.place(*writer));
    sum_.insert(history_.ops[*writer].adds.begin(), history_.ops[*writer].adds.end());
  }

  void check_antichain(std::size_t write) {
    if (!values_.contains(write)) return;
    each_replaced_by(write, [&](OpId value) {
      report("antichain", fmt::format("holds {} and what was written over it, {}", value, key_.id(write)));
    });
  }

  void check_acknowledged(std::size_t write, const OpSet& gone) {
    const Op& op = key_.op(write);
    const OpId id = key_.id(write);
    if (op.kind == Op::Kind::put && !gone.contains(write))
      report("no loss", fmt::format("has nothing of value {}, which was acknowledged", id));
    if (!op.adds.empty() && !sum_.contains(id))
      report("no loss", fmt::format("counts {} adds, and not #{}, which was acknowledged", sum_.size(), id));
    each_replaced_by(write, [&](OpId value) {
      report(op.kind == Op::Kind::put ? "antichain" : "no resurrection",
             fmt::format("holds {}, which the acknowledged #{} had been written over", value, id));
    });
  }

  template <class Act>
  void each_replaced_by(std::size_t write, Act act) {
    for (std::size_t value : places_)
      if (key_.must_replace(write).contains(value)) act(key_.id(value));
  }

  void report(const std::string& rule, const std::string& what) {
    verdict_.report(rule, key_.key(), fmt::format("n{} {}", holding_.host, what));
  }

  const History& history_;
  const KeyHistory& key_;
  const Promises& promises_;
  const Holding& holding_;
  Verdict& verdict_;
  OpSet values_;
  std::set<std::size_t> places_;  ///< the same
  std::set<OpId> sum_;            ///< all adds in all values, where the key is a counter
};

}  // namespace

void check_ending(const History& history, const KeyHistory& key, const Promises& promises,
                  const std::vector<Holding>& holdings, Verdict& verdict) {
  for (const Holding& holding : holdings) EndCheck(history, key, promises, holding, verdict).run();
}

}  // namespace starling::sim
