#include "sim/story.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace starling::sim {

namespace {

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending: return "no answer";
    case Outcome::done: return "done";
    case Outcome::refused: return "refused";
    case Outcome::in_doubt: return "in doubt";
  }
  return "";
}

std::string_view word(Op::Strength strength) {
  switch (strength) {
    case Op::Strength::one: return "one";
    case Op::Strength::majority: return "quorum";
    case Op::Strength::all: return "all";
  }
  return "";
}

std::string wish(const Op& op, OpId id) {
  switch (op.kind) {
    case Op::Kind::get: return fmt::format("get, r={}", word(op.strength));
    case Op::Kind::put:
      return fmt::format("{}put of value {} over {}, w={}", op.sloppy ? "sloppy " : "", id, op.covers,
                         word(op.strength));
    case Op::Kind::remove:
      return op.unread
                 ? fmt::format("delete of whatever is there, w={}", word(op.strength))
                 : fmt::format("{}delete over {}, w={}", op.sloppy ? "sloppy " : "", op.covers, word(op.strength));
  }
  return "";
}

std::string answer(const Op& op, const Attempt& attempt) {
  if (attempt.outcome != Outcome::done) return fmt::format("{}: {}", word(attempt.outcome), attempt.words);
  if (op.is_write()) return "done";
  return fmt::format("{}{}", op.values, op.phantoms.empty() ? "" : " and what nobody wrote");
}

/// Lines by the time at which they belong; what happens at once stays in the order of its telling.
class Telling {
 public:
  void tell(Instant at, std::string_view line) {
    const double seconds = std::chrono::duration<double>(at.since_start).count();
    lines_.emplace(at, fmt::format("  {:10.4f} s  {}\n", seconds, line));
  }
  std::string text() const {
    std::string text;
    for (const auto& [at, line] : lines_) text += line;
    return text;
  }

 private:
  std::multimap<Instant, std::string> lines_;
};

}  // namespace

std::string story_of(const History& history, std::size_t key, const std::vector<Fault>& faults) {
  Telling telling;
  for (const Fault& fault : faults) {
    telling.tell(fault.begins, fmt::format("  * {}", fault.what));
    telling.tell(fault.ends, fmt::format("  * {} ({})", fault.mended, fault.what));
  }
  for (OpId id = 0; id < history.ops.size(); ++id) {
    const Op& op = history.ops[id];
    if (op.key != key) continue;
    for (const Attempt& attempt : op.attempts) {
      telling.tell(attempt.began, fmt::format("#{:<4} client {} asks n{}: {}{}", id, op.client, attempt.host,
                                              wish(op, id), &attempt == &op.attempts.front() ? "" : ", again"));
      if (attempt.outcome != Outcome::pending)
        telling.tell(attempt.ended, fmt::format("#{:<4}   n{} answers: {}", id, attempt.host, answer(op, attempt)));
    }
  }
  return telling.text();
}

}  // namespace starling::sim
