#pragma once

#include <source_location>

namespace starling {

/// Stops the program with the place and the reason. Never returns.
[[noreturn]] void ensure_failed(const char* why, std::source_location where);

/// A condition that only a bug in this program can break. Always on: going on after one would be
/// to acknowledge writes from a state nobody understands.
inline void ensure(bool condition, const char* why = "a broken invariant",
                   std::source_location where = std::source_location::current()) {
  if (!condition) [[unlikely]]
    ensure_failed(why, where);
}

}  // namespace starling
