#include "base/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace starling {

void ensure_failed(const char* why, std::source_location where) {
  std::fprintf(stderr, "bug: %s\n  at %s:%u in %s\n", why, where.file_name(), static_cast<unsigned>(where.line()),
               where.function_name());
  std::abort();
}

}  // namespace starling
