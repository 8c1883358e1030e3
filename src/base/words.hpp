#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

/// Quantities as people say them.
namespace starling {

/// One unit, rounded down: "40 s", "12 min", "3 h", "5 d".
std::string in_words(Duration duration);

/// "812 B", "3.4 kB", "1.2 MB", "20 GB": powers of 1,000.
std::string bytes_in_words(std::uint64_t bytes);

}  // namespace starling
