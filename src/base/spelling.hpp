#pragma once

#include <cstddef>
#include <string_view>

namespace starling {

/// How many letters must be put in, left out or changed to turn one word into the other (Levenshtein
/// 1966): to find what somebody meant.
std::size_t edits(std::string_view from, std::string_view to);

}  // namespace starling
