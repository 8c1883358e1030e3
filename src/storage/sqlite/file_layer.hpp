#pragma once

#include <memory>
#include <string>

#include "storage/engine.hpp"

namespace starling::storage {

/// A layer of ours between SQLite and a VFS: the log is gathered (LogFile), the pages of the file are
/// sealed (PageFile), everything else goes straight through.
///
/// SQLite knows it by name() while it lives, and needs it for as long as it has a file open.
class FileLayer {
 public:
  /// An empty `base` is the system's own, of which one process at a time has a file open.
  FileLayer(const std::string& base, Durability durability);
  ~FileLayer();

  const std::string& name() const;

 private:
  struct Registration;
  std::unique_ptr<Registration> registration_;
};

}  // namespace starling::storage
