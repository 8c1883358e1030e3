#pragma once

#include <string>

namespace starling::storage {

/// SQLite writes each page of a commit to its log with two system calls, a header of 24 bytes and
/// the page. This layer over a VFS holds writes to the log back while they follow one another, and
/// hands them on as one before the log is synced, or looked at in any way. Everything else goes
/// straight through.
///
/// Only for `synchronous = FULL`, where each commit ends with a sync: without one a committed
/// transaction would still be in this process's memory when it dies.
///
/// Returns the name to open files with; an empty `base` is the system's own VFS.
std::string gathering_vfs(const std::string& base);

}  // namespace starling::storage
