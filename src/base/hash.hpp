#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.hpp"

namespace starling {

/// XXH3, 64 bits. Fast and well spread, no defence against an adversary who chooses the input.
std::uint64_t hash64(BytesView bytes);

/// What members of one cluster share and nobody else knows. Random at init.
using Secret = std::array<std::uint8_t, 16>;
using Mac = std::array<std::uint8_t, 16>;

/// SipHash-2-4 with a 128-bit tag (Aumasson, Bernstein 2012): a keyed hash that cannot be forged
/// without the secret.
Mac mac_of(const Secret& secret, BytesView bytes);

}  // namespace starling
