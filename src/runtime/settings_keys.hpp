#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "runtime/settings.hpp"

namespace starling::runtime {

/// What a key takes in a file; as a flag every value is text, and a list has commas.
enum class KeyKind : std::uint8_t { text, number, flag, list };

/// One key of the configuration: `[section] key` in a file, `--section.key VALUE` as a flag.
/// This table is the only place that knows them.
struct Key {
  std::string_view name;  ///< "listen.client"
  KeyKind kind;
  Result<> (*set)(Settings& settings, const std::string& value);
};

std::span<const Key> known_keys();
const Key* find_key(std::string_view name);
/// The known key that looks most like this one, for whoever mistyped it.
std::string_view nearest_key(std::string_view name);

}  // namespace starling::runtime
