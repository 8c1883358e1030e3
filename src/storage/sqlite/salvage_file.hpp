#pragma once

#include "storage/salvage.hpp"
#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::storage {

/// The name under which a damaged file is kept, behind its own.
inline constexpr const char* damaged_suffix = ".damaged";

/// Puts a new file with all that can still be read in the place of a damaged one, which nobody has open.
/// The damaged one stays beside it. Fails, and leaves everything as it is, where salvage() does, and where
/// the log cannot be worked into the file: what is only in the log must not be left behind.
Result<Salvage> salvage_file(const SqliteOptions& options);

}  // namespace starling::storage
