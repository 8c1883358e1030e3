#include "runtime/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace starling::runtime {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> durations{
    {{"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}}};
constexpr std::array<Unit, 4> sizes{{{"", 1}, {"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}}};

Result<std::uint64_t> parse_with(std::string_view text, std::span<const Unit> units, std::string_view examples,
                                 std::uint64_t most) {
  const auto wrong = [&] { return fail(ErrorCode::invalid, fmt::format("'{}' is not {}", text, examples)); };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return wrong();
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return wrong();
  if (number > most / unit->factor) return fail(ErrorCode::invalid, fmt::format("'{}' is too large", text));
  return number * unit->factor;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto nanoseconds = parse_with(text, durations, "a duration like \"500ms\", \"2s\", \"1m\" or \"1h\"",
                                      std::numeric_limits<std::int64_t>::max());
  if (!nanoseconds) return std::unexpected(nanoseconds.error());
  return Duration(static_cast<std::int64_t>(*nanoseconds));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse_with(text, sizes, "a size like \"64KiB\", \"256MiB\" or \"2GiB\"",
                    std::numeric_limits<std::uint64_t>::max());
}

Result<std::uint64_t> parse_number(std::string_view text) {
  return parse_with(text, std::span(sizes).first(1), "a whole number", std::numeric_limits<std::uint64_t>::max());
}

}  // namespace starling::runtime
