#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace starling::storage {

class Database;

/// A prepared statement for as long as the database is open. Bound bytes are not copied: they must
/// live until the next step. Whoever has stepped it to a row resets it before the next command, so
/// that no reader is held open.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void bind(int index, BytesView bytes) {
    sqlite3_bind_blob64(statement_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  /// Executes a change that answers no rows.
  Result<> run(const Database& database);

  int step() { return sqlite3_step(statement_.get()); }
  int reset() { return sqlite3_reset(statement_.get()); }
  std::int64_t integer(int column) { return sqlite3_column_int64(statement_.get(), column); }
  BytesView bytes(int column) {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace starling::storage
