#include "sim/history.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace starling::sim {

namespace {

double seconds(Instant at) { return std::chrono::duration<double>(at.since_start).count(); }

std::string_view word(Op::Outcome outcome) {
  switch (outcome) {
    case Op::Outcome::pending: return "no answer";
    case Op::Outcome::done: return "done";
    case Op::Outcome::refused: return "refused";
    case Op::Outcome::in_doubt: return "in doubt";
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

std::string words_of(const Op& op, OpId id) {
  switch (op.kind) {
    case Op::Kind::get: return fmt::format("get, r={} -> {}", word(op.strength), op.values);
    case Op::Kind::put: return fmt::format("put of value {} over {}, w={}", id, op.covers, word(op.strength));
    case Op::Kind::remove: return fmt::format("delete over {}, w={}", op.covers, word(op.strength));
  }
  return "";
}

}  // namespace

Bytes History::key_name(std::size_t key) { return fmt::format("key{}", key); }

Bytes History::value_of(OpId put) { return fmt::format("{}:", put) + Bytes(put * 37 % 150, 'v'); }

std::optional<OpId> History::writer_of(std::size_t key, BytesView value) const {
  OpId id{};
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), id);
  if (parsed.ec != std::errc{} || id >= ops.size()) return std::nullopt;
  if (ops[id].kind != Op::Kind::put || ops[id].key != key || value != value_of(id)) return std::nullopt;
  return id;
}

std::string story_of(const History& history, std::size_t key) {
  std::string story;
  for (OpId id = 0; id < history.ops.size(); ++id) {
    const Op& op = history.ops[id];
    if (op.key != key) continue;
    story += fmt::format("  #{:<4} {:9.4f}..{:9.4f} s  client {} at n{}: {}: {}{}{}\n", id, seconds(op.began),
                         seconds(op.ended), op.client, op.host, words_of(op, id), word(op.outcome),
                         op.words.empty() ? "" : ": ", op.words);
  }
  return story;
}

}  // namespace starling::sim
