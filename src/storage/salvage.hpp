#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "storage/boot_record.hpp"
#include "storage/engine.hpp"
#include "storage/merkle_tree.hpp"

namespace starling::storage {

/// What could not be saved of a damaged engine.
struct Salvage {
  std::uint64_t rows{};          ///< saved
  std::vector<TokenRange> lost;  ///< rows may be missing here, and nowhere else; in order
};

/// Copies everything of a damaged engine that can still be read into an empty one. Rows are found around
/// the damage; what partitions had seen, if that cannot be read, makes everything count as lost; hints
/// that are lost are left to anti-entropy. Fails, with nothing to be gained from the copy, where the
/// records cannot be read (without an identity this is another node) and where nothing is damaged.
Result<Salvage> salvage(Engine& damaged, Engine& fresh);

Bytes encode_ranges(const std::vector<TokenRange>& ranges);
/// `malformed` for bytes that encode_ranges() does not make.
Result<std::vector<TokenRange>> decode_ranges(BytesView bytes);

}  // namespace starling::storage
