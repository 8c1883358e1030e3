#pragma once

#include <cstdint>

#include "base/ids.hpp"

namespace starling::storage {

/// SQLite's integers are signed: a token keeps its order with the top bit turned over.
inline std::int64_t to_row_id(Token token) { return static_cast<std::int64_t>(token.value ^ (std::uint64_t{1} << 63)); }
inline Token to_token(std::int64_t row_id) {
  return Token{static_cast<std::uint64_t>(row_id) ^ (std::uint64_t{1} << 63)};
}

}  // namespace starling::storage
