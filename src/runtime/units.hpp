#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"

namespace starling::runtime {

/// "500ms", "2s", "1m", "1h": a whole number and its unit.
Result<Duration> parse_duration(std::string_view text);
/// "4096", "64KiB", "256MiB", "2GiB".
Result<std::uint64_t> parse_size(std::string_view text);
/// A whole number and nothing else.
Result<std::uint64_t> parse_number(std::string_view text);

}  // namespace starling::runtime
