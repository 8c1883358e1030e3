#include "storage/sqlite/configure.hpp"

#include <sqlite3.h>

#include "storage/sqlite/page_cache.hpp"

namespace starling::storage {

void configure_sqlite() {
  static const bool heard = sqlite3_config(SQLITE_CONFIG_PCACHE2, &page_cache_methods()) == SQLITE_OK &&
                            sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
  static_cast<void>(heard);
}

}  // namespace starling::storage
