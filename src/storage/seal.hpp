#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace starling::storage {

/// Everything kept is sealed: four bytes at its end, a checksum over the bytes and over the place
/// they belong to. A flipped bit is found, and so is a whole row that turns up under another key.
void seal(Bytes& bytes, std::uint64_t place);

/// What was sealed, or nullopt for damage. A view into `sealed`.
std::optional<BytesView> unseal(BytesView sealed, std::uint64_t place);

}  // namespace starling::storage
