#pragma once

#include "base/bytes.hpp"
#include "storage/sqlite/wrapped_file.hpp"

namespace starling::storage {

/// SQLite writes each page of a commit to its log with two system calls, a header of 24 bytes and
/// the page. This holds writes to the log back while they follow one another, and hands them on as
/// one before the log is synced, or looked at in any way.
///
/// Only for `synchronous = FULL`, where each commit ends with a sync: without one a committed
/// transaction would still be in this process's memory when it dies.
struct LogFile : WrappedFile<LogFile> {
  static const sqlite3_io_methods methods;

  int write(const void* data, int size, sqlite3_int64 at);
  int hand_on();
  sqlite3_int64 end() const { return gathered_at + static_cast<sqlite3_int64>(gathered.size()); }

  Bytes gathered;
  sqlite3_int64 gathered_at{};
};
static_assert(sizeof(LogFile) % alignof(sqlite3_int64) == 0, "the file behind it begins aligned");

}  // namespace starling::storage
