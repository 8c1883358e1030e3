#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "runtime/settings.hpp"

namespace starling::runtime {

/// Reads TOML text over `settings`. An error names the file and the line, and for an unknown key
/// the nearest known one.
Result<> read_toml(Settings& settings, std::string_view text, std::string_view file);
/// Reads `--section.key VALUE` and `--section.key=VALUE`.
Result<> read_flags(Settings& settings, std::span<const std::string> flags);
/// What no key can see alone: addresses that are not HOST:PORT or not loopback, a time-out above
/// its interval.
Result<> check(const Settings& settings);

/// All of it: the file if there is one, then the flags, then the check.
Result<Settings> load_settings(const std::optional<std::string>& file, std::span<const std::string> flags);

}  // namespace starling::runtime
