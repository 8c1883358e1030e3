#include "storage/sqlite/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/sqlite/configure.hpp"

namespace starling::storage {

namespace {

/// Format 4 knows partitions that are being dropped, which format 3 would take for damaged. A file of format 3
/// becomes one of format 4 when it is opened.
constexpr std::int64_t format_version = 4;
constexpr std::int64_t oldest_format = 3;
constexpr off_t sync_bytes = 1 << 20;
constexpr int lock_patience_ms = 10'000;

std::string pragma(const char* name, const auto& value) { return fmt::format("PRAGMA {} = {}", name, value); }

}  // namespace

Result<Database> Database::open(const SqliteOptions& options) {
  Database database(options.directory / options.file);
  Result<> done = database.own(options);
  if (done) done = database.connect(database.layer_->name());
  if (done) done = database.claim(options);
  if (done) done = database.check_format();
  if (done) done = database.configure(options);
  if (done) done = database.create_tables();
  if (!done) return std::unexpected(std::move(done.error()));
  // Of two connections one holds a lock of the log's index now and then, for microseconds.
  if (options.checkpoints_beside) sqlite3_busy_timeout(database.handle(), lock_patience_ms);
  return database;
}

Result<Database> Database::open_beside(const Database& first, const SqliteOptions& options) {
  Database database(first.path_);
  database.descriptor_ = first.lock_.descriptor();
  SqliteOptions frugal = options;
  frugal.cache_bytes = page_bytes;  // A checkpoint goes past the cache.
  Result<> done = database.connect(first.layer_->name());
  if (done) done = database.configure(frugal);
  if (!done) return std::unexpected(std::move(done.error()));
  return database;
}

/// The directory is made, and the file is nobody else's: of SQLite's locks those of "unix-excl" keep other processes
/// out, and have the second connection in; FileLock keeps out whoever else there is in this process.
Result<> Database::own(const SqliteOptions& options) {
  configure_sqlite();
  std::error_code why;
  std::filesystem::create_directories(options.directory, why);
  if (why)
    return fail(ErrorCode::denied,
                fmt::format("the data directory {} cannot be created: {}", options.directory.native(), why.message()));
  layer_ = std::make_unique<FileLayer>(options.vfs, options.durability);
  if (!options.checkpoints_beside) return {};
  auto taken = FileLock::take(path_);
  if (!taken) return std::unexpected(error(SQLITE_BUSY));
  lock_ = *std::move(taken);
  return {};
}

Result<> Database::connect(const std::string& vfs) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                        SQLITE_OPEN_EXRESCODE;
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &connection, flags, vfs.c_str());
  connection_.reset(connection);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  if (sqlite3_db_readonly(connection, "main") == 1) return std::unexpected(error(SQLITE_READONLY));
  return {};
}

/// The page size and the place for seals before anything is written, the lock of an only connection before anything
/// is read.
Result<> Database::claim(const SqliteOptions& options) {
  int reserved = page_seal_bytes;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  Result<> done = execute(pragma("page_size", page_bytes));
  if (done && !options.checkpoints_beside) done = execute(pragma("locking_mode", "EXCLUSIVE"));
  return done;
}

Result<> Database::configure(const SqliteOptions& options) {
  Result<> done = execute(pragma("cache_size", -static_cast<std::int64_t>(options.cache_bytes / 1024)));
  if (done) done = execute(pragma("temp_store", "MEMORY"));
  if (done) done = execute(pragma("secure_delete", "OFF"));  // Debian's build zeroes what is overwritten.
  if (!done) return done;

  auto mode = text(pragma("journal_mode", "WAL"));
  if (!mode) return std::unexpected(std::move(mode.error()));
  if (*mode != "wal") return fail(ErrorCode::denied, fmt::format("{} cannot keep a write-ahead log", path_.native()));

  done = execute(pragma("synchronous", options.durability == Durability::full ? "FULL" : "NORMAL"));
  if (done) done = execute(pragma("wal_autocheckpoint", 0));
  if (done && options.file_bytes_max != 0)
    done = execute(pragma("max_page_count", options.file_bytes_max / page_bytes));
  return done;
}

Result<> Database::check_format() {
  const auto tables = integer("SELECT count(*) FROM sqlite_schema");
  const auto format = integer("PRAGMA user_version");
  if (!tables) return std::unexpected(tables.error());
  if (!format) return std::unexpected(format.error());
  if (*tables == 0) return {};
  if (*format > format_version)
    return fail(ErrorCode::unsupported,
                fmt::format("{} has format {}, written by a newer Starling; this one knows formats up to {}: run the "
                            "newer version again",
                            path_.native(), *format, format_version));
  if (*format < oldest_format)
    return fail(ErrorCode::unsupported,
                fmt::format("{} has format {}, of a development version before format {}: move the data directory "
                            "away and let the node join as a new one",
                            path_.native(), *format, oldest_format));
  return {};
}

Result<> Database::create_tables() {
  return execute(fmt::format(
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS rows (token INTEGER PRIMARY KEY, key BLOB NOT NULL, row BLOB NOT NULL);"
      "CREATE TABLE IF NOT EXISTS rows_beside (token INTEGER, key BLOB, row BLOB NOT NULL, PRIMARY KEY (token, key))"
      " WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS states (partition INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
      "CREATE TABLE IF NOT EXISTS state_log (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
      "CREATE TABLE IF NOT EXISTS hints (target INTEGER, token INTEGER, key BLOB, partition INTEGER NOT NULL,"
      " payload BLOB, PRIMARY KEY (target, token, key)) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;"
      "PRAGMA application_id = {};"
      "PRAGMA user_version = {};"
      "COMMIT",
      application_id, format_version));
}

Result<> Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  const int code = statement->step();
  if (code != SQLITE_ROW) return std::unexpected(error(code));
  return statement->integer(0);
}

Result<std::string> Database::text(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(std::move(statement.error()));
  const int code = statement->step();
  if (code != SQLITE_ROW) return std::unexpected(error(code));
  return std::string(statement->bytes(0));
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return Statement(statement);
}

Result<> Database::prepare_all(std::span<const std::pair<Statement*, const char*>> statements) {
  for (const auto& [statement, sql] : statements) {
    auto prepared = prepare(sql);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    *statement = *std::move(prepared);
  }
  return {};
}

void Database::rollback() {
  if (sqlite3_get_autocommit(handle()) == 0) sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<CheckpointExtent> Database::checkpoint(int mode) {
  int in_log = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle(), "main", mode, &in_log, &moved);
  if (code != SQLITE_OK) return std::unexpected(error(code));
  return CheckpointExtent{static_cast<std::uint64_t>(in_log), static_cast<std::uint64_t>(moved)};
}

Result<> Database::sync_file() {
  constexpr unsigned flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  struct stat file{};
  int failed = fstat(descriptor_, &file);
  for (off_t at = 0; failed == 0 && at < file.st_size; at += sync_bytes)
    failed = sync_file_range(descriptor_, at, sync_bytes, flags);
  if (failed == 0) failed = fdatasync(descriptor_);
  return failed == 0 ? Result<>{} : std::unexpected(error(SQLITE_IOERR_FSYNC));
}

Result<> Statement::run(const Database& database) {
  const int code = step();
  reset();
  if (code != SQLITE_DONE) return std::unexpected(database.error(code));
  return {};
}

Error Database::error(int code) const {
  const std::string& file = path_.native();
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return {ErrorCode::denied, fmt::format("{} is in use by another process: stop that one, or give this node a data "
                                             "directory of its own",
                                             file)};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::denied,
              fmt::format("{} is read-only: make it and its directory writable for this user", file)};
    case SQLITE_CANTOPEN: {
      const int why = connection_ ? sqlite3_system_errno(handle()) : 0;
      return {ErrorCode::denied, fmt::format("{} cannot be opened: {}", file,
                                             why != 0 ? std::strerror(why) : "is it a file in a writable directory?")};
    }
    case SQLITE_NOTADB:
      return {ErrorCode::invalid, fmt::format("{} is not a Starling database: move it away, or give the node another "
                                              "data directory",
                                              file)};
    case SQLITE_CORRUPT:
      return {ErrorCode::storage_failed,
              fmt::format("{} is damaged: move the data directory away and let the node join as a new one", file)};
    case SQLITE_FULL:
      return {ErrorCode::disk_full,
              fmt::format("{} has no room to grow: writes are refused until there is space on the disk", file)};
    default:
      return {ErrorCode::storage_failed,
              fmt::format("{} failed: {} (SQLite code {})", file,
                          connection_ ? sqlite3_errmsg(handle()) : sqlite3_errstr(code), code)};
  }
}

}  // namespace starling::storage
