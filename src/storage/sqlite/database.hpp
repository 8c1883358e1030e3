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
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/page_file.hpp"
#include "storage/sqlite/sqlite_engine.hpp"
#include "storage/sqlite/statement.hpp"

namespace starling::storage {

/// How far a checkpoint has come, in pages of the log.
struct CheckpointExtent {
  std::uint64_t in_log{};
  std::uint64_t moved{};  ///< of these, to the file
};

/// A connection to a Starling file, opened and checked: ours, of a format we know, writable, nobody else's.
class Database {
 public:
  static Result<Database> open(const SqliteOptions& options);
  /// A second one, of the same options, to what the first has open and is outlived by: for checkpoints, which another
  /// thread may run then.
  static Result<Database> open_beside(const Database& first, const SqliteOptions& options);

  Result<> execute(const std::string& sql);
  /// The single integer that a pragma answers.
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::string> text(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  Result<> prepare_all(std::span<const std::pair<Statement*, const char*>> statements);

  /// Back to the last commit. After some errors SQLite has done so by itself.
  void rollback();
  /// In one of SQLite's modes, as SQLITE_CHECKPOINT_PASSIVE.
  Result<CheckpointExtent> checkpoint(int mode);
  /// What a checkpoint has moved is made durable, which SQLite itself does only when nothing is left in the log. Bit by
  /// bit, so that the syncs of commits find their way between. Of a connection that open_beside() made.
  Result<> sync_file();

  /// What the last call's result code means, in words that name the file.
  Error error(int code) const;
  /// The last call failed because the other connection was just at it.
  bool was_busy() const { return (sqlite3_errcode(handle()) & 0xff) == SQLITE_BUSY; }

  sqlite3* handle() const { return connection_.get(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}

  Result<> own(const SqliteOptions& options);
  Result<> connect(const std::string& vfs);
  Result<> claim(const SqliteOptions& options);
  Result<> configure(const SqliteOptions& options);
  Result<> check_format();
  Result<> create_tables();

  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::filesystem::path path_;
  FileLock lock_;
  int descriptor_ = -1;               ///< the first connection's, of the same file
  std::unique_ptr<FileLayer> layer_;  ///< outlives the connections that use it
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace starling::storage
