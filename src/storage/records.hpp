#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"
#include "storage/engine.hpp"
#include "storage/seal.hpp"

namespace starling::storage {

/// Names that begin so are storage's own.
inline constexpr std::string_view reserved_prefix = "storage.";

/// A named record, sealed with its name.
inline Result<> save_sealed_record(Engine& engine, const std::string& name, Bytes bytes) {
  if (!bytes.empty()) seal(bytes, hash64(name));
  return engine.save_record(name, bytes);
}

}  // namespace starling::storage
