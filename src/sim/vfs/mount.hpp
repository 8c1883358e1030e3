#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sim/vfs/file_system.hpp"
#include "sim/vfs/troubles.hpp"

namespace starling::sim::vfs {

/// A file system that SQLite can open files on, by name(), for as long as this object lives. All that
/// is opened on it must be closed before it goes.
class Mount {
 public:
  Mount();
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  const std::string& name() const;

  FileSystem& files() { return files_; }
  const FileSystem& files() const { return files_; }
  Troubles& troubles() { return troubles_; }

  /// The process is gone at once. What it had open takes no part in anything any more: it may only be closed.
  void kill_process() { ++life_; }
  /// The process and the power are gone.
  void lose_power(Fate fate);
  /// Another disk is put in, in the place of this one.
  void replace(FileSystem files);

  /// In the moment before each call.
  std::function<void()> on_call;

 private:
  struct Registration;
  struct OpenFile;

  FileSystem files_;
  Troubles troubles_;
  std::uint64_t life_{};
  std::unique_ptr<Registration> registration_;
};

}  // namespace starling::sim::vfs
