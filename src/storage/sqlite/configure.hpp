#pragma once

namespace starling::storage {

/// What SQLite is told once per process, before anything else is asked of it: to use our page cache (page_cache.hpp),
/// and to count none of the memory it allocates, which it would do under a lock. Later it has no effect, and costs only
/// speed.
void configure_sqlite();

}  // namespace starling::storage
