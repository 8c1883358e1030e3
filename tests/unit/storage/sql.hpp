#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "storage/sqlite/file_layer.hpp"

namespace starling::test {

/// What anybody's program would do to a file.
inline void run_sql(const std::filesystem::path& file, const std::string& sql, const char* vfs = nullptr) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs) == SQLITE_OK);
  REQUIRE(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

/// As the engine would write it, with seals on the pages.
inline void run_sql_as_engine(const std::filesystem::path& file, const std::string& sql) {
  const storage::FileLayer layer("", storage::Durability::full);
  run_sql(file, "PRAGMA locking_mode = EXCLUSIVE;" + sql, layer.name().c_str());
}

}  // namespace starling::test
