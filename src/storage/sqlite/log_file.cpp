#include "storage/sqlite/log_file.hpp"

#include <cstddef>
#include <memory>

namespace starling::storage {

namespace {

/// SQLite's own layer for Unix takes less than 128 KiB at once.
constexpr std::size_t gathered_bytes_max = 96U << 10;

/// A method of the other file, after what was gathered has been handed on.
template <auto method>
struct AfterHandingOn;
template <class... Arguments, int (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...)>
struct AfterHandingOn<method> {
  static int call(sqlite3_file* file, Arguments... arguments) {
    const int code = LogFile::of(file).hand_on();
    return code == SQLITE_OK ? LogFile::Through<method>::call(file, arguments...) : code;
  }
};

int close_log(sqlite3_file* file) {
  const int handed_on = LogFile::of(file).hand_on();
  const int closed = LogFile::Through<&sqlite3_io_methods::xClose>::call(file);
  std::destroy_at(&LogFile::of(file));
  return handed_on != SQLITE_OK ? handed_on : closed;
}

constexpr sqlite3_io_methods log_methods() {
  sqlite3_io_methods methods = LogFile::all_through();
  methods.xClose = close_log;
  methods.xRead = AfterHandingOn<&sqlite3_io_methods::xRead>::call;
  methods.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    return LogFile::of(file).write(data, size, at);
  };
  methods.xTruncate = AfterHandingOn<&sqlite3_io_methods::xTruncate>::call;
  methods.xSync = AfterHandingOn<&sqlite3_io_methods::xSync>::call;
  methods.xFileSize = AfterHandingOn<&sqlite3_io_methods::xFileSize>::call;
  return methods;
}

}  // namespace

const sqlite3_io_methods LogFile::methods = log_methods();

int LogFile::write(const void* data, int size, sqlite3_int64 at) {
  const std::size_t after = gathered.size() + static_cast<std::size_t>(size);
  if (!gathered.empty() && (at != end() || after > gathered_bytes_max))
    if (const int code = hand_on(); code != SQLITE_OK) return code;
  if (gathered.empty()) gathered_at = at;
  gathered.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  return SQLITE_OK;
}

/// After a failure SQLite undoes the transaction and writes the place anew: nothing is kept.
int LogFile::hand_on() {
  if (gathered.empty()) return SQLITE_OK;
  const int code = real()->pMethods->xWrite(real(), gathered.data(), static_cast<int>(gathered.size()), gathered_at);
  gathered.clear();
  return code;
}

}  // namespace starling::storage
