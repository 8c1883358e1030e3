#pragma once

#include <string_view>

#include "starling/result.hpp"

namespace starling::cli {

/// What a script learns without reading words.
enum class ExitCode : int {
  ok = 0,
  error = 1,
  usage = 2,
  not_found = 3,
  siblings = 4,     ///< the key has several values; they were printed
  unavailable = 5,  ///< too few replicas for the asked quorum
  timed_out = 6,
  denied = 7,
};

ExitCode exit_code_of(const api::Error& error);

/// Says on stderr what went wrong and what to do about it.
ExitCode report(const api::Error& error);
/// The same for one item of many.
ExitCode report(std::string_view item, const api::Error& error);

}  // namespace starling::cli
