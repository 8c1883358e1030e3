#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "storage/sqlite/file_layer.hpp"
#include "storage/sqlite/page_file.hpp"
#include "storage/sqlite/sqlite_engine.hpp"
#include "storage/sqlite/statement.hpp"

namespace starling::storage {

/// The one connection to a Starling file, opened and checked: ours, of a format we know, writable,
/// nobody else's.
class Database {
 public:
  static Result<Database> open(const SqliteOptions& options);

  Result<> execute(const std::string& sql);
  /// The single integer that a pragma answers.
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::string> text(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  Result<> prepare_all(std::span<const std::pair<Statement*, const char*>> statements);

  /// Back to the last commit. After some errors SQLite has done so by itself.
  void rollback();

  /// What the last call's result code means, in words that name the file.
  Error error(int code) const;

  sqlite3* handle() const { return connection_.get(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}

  Result<> connect(const SqliteOptions& options);
  Result<> claim();
  Result<> configure(const SqliteOptions& options);
  Result<> check_format();
  Result<> create_tables();

  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::filesystem::path path_;
  std::unique_ptr<FileLayer> layer_;  ///< outlives the connection that uses it
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace starling::storage
