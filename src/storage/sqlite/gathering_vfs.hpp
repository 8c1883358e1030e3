#pragma once

#include <memory>
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
/// SQLite knows it by name() while it lives, and needs it for as long as it has a file open.
class GatheringVfs {
 public:
  /// An empty `base` is the system's own VFS.
  explicit GatheringVfs(const std::string& base);
  ~GatheringVfs();

  const std::string& name() const;

 private:
  struct Registration;
  std::unique_ptr<Registration> registration_;
};

}  // namespace starling::storage
