#include "sim/read_rules.hpp"

#include <fmt/format.h>

namespace starling::sim {

namespace {

class ReadCheck {
 public:
  ReadCheck(const KeyHistory& key, const Promises& promises, std::size_t at, Verdict& verdict)
      : key_(key), promises_(promises), at_(at), read_(key.op(at)), verdict_(verdict) {}

  void run() {
    for (const Bytes& bytes : read_.phantoms) report(fmt::format("returned {} bytes that nobody wrote", bytes.size()));
    if (read_.repeats) report("returned a value twice");
    OpSet values = key_.none();
    for (OpId value : read_.values) values.insert(key_.place(value));
    for (OpId value : read_.values) check_value(value);
    const OpSet gone = key_.accounted_for(values, read_.ended);
    for (std::size_t write = 0; write < key_.size(); ++write)
      if (promises_.is_shown_to(read_, key_.op(write))) check_shown(write, gone);
  }

 private:
  void check_value(OpId value) {
    const Op& put = key_.op(key_.place(value));
    if (put.outcome == Outcome::refused || put.began > read_.ended)
      report(fmt::format("returned value {}, whose put was refused", value));
    for (OpId other : read_.values)
      if (key_.must_replace(key_.place(other)).contains(key_.place(value)))
        report(fmt::format("returned {} and what was written over it, {}", value, other));
  }

  void check_shown(std::size_t write, const OpSet& gone) {
    if (read_.empty_context) report(fmt::format("has no context, after #{}", key_.id(write)));
    if (key_.op(write).kind == Op::Kind::put && !gone.contains(write))
      report(fmt::format("lacks value {}, acknowledged before it began", key_.id(write)));
    for (OpId value : read_.values)
      if (key_.must_replace(write).contains(key_.place(value)))
        report(fmt::format("returned {}, which #{} had been written over", value, key_.id(write)));
  }

  void report(std::string_view what) {
    verdict_.report("reads", key_.key(), fmt::format("get #{} {}", key_.id(at_), what));
  }

  const KeyHistory& key_;
  const Promises& promises_;
  std::size_t at_;
  const Op& read_;
  Verdict& verdict_;
};

}  // namespace

void check_reads(const KeyHistory& key, const Promises& promises, Verdict& verdict) {
  for (std::size_t at = 0; at < key.size(); ++at)
    if (key.op(at).kind == Op::Kind::get && key.op(at).outcome == Outcome::done)
      ReadCheck(key, promises, at, verdict).run();
}

}  // namespace starling::sim
