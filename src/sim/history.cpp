#include "sim/history.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace starling::sim {

namespace {

constexpr BytesView key_prefix = "key";

template <class Number>
std::optional<Number> leading_number(BytesView bytes) {
  Number number{};
  const auto parsed = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
  return parsed.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

}  // namespace

bool Op::may_be_twice() const {
  return std::ranges::count_if(attempts, [](const Attempt& a) { return a.outcome != Outcome::refused; }) > 1;
}

Bytes History::key_name(std::size_t key) { return fmt::format("{}{}", key_prefix, key); }

std::optional<std::size_t> History::key_of(BytesView name) {
  if (!name.starts_with(key_prefix)) return std::nullopt;
  const auto key = leading_number<std::size_t>(name.substr(key_prefix.size()));
  return key && key_name(*key) == name ? key : std::nullopt;
}

Bytes History::value_of(OpId put) const {
  if (ops[put].adds.empty()) return fmt::format("{}:", put) + Bytes(put * 37 % 150, 'v');
  return fmt::format("{}: {}", put, fmt::join(ops[put].adds, " "));
}

std::optional<OpId> History::writer_of(std::size_t key, BytesView value) const {
  const auto id = leading_number<OpId>(value);
  if (!id || *id >= ops.size()) return std::nullopt;
  if (ops[*id].kind != Op::Kind::put || ops[*id].key != key || value != value_of(*id)) return std::nullopt;
  return id;
}

}  // namespace starling::sim
