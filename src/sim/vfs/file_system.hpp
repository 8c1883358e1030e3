#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/vfs/file.hpp"

namespace starling::sim::vfs {

enum class FileId : std::uint64_t {};

/// A small file system in memory: names and files. A plain value, so a copy of it is a copy of a disk.
///
/// That a name appeared or went is a change like any other: durable once the directory is synced.
/// Until then the power may take it back, whatever became of the file itself; of several changes to
/// one name the earlier ones survive where a later one does.
class FileSystem {
 public:
  std::optional<FileId> find(const std::string& name) const;
  /// There is no such name yet.
  FileId create(const std::string& name);
  /// Whoever has the file open goes on with it.
  void remove(const std::string& name);
  void sync_names();

  File& file(FileId id) { return files_.at(id); }
  const std::map<std::string, FileId>& names() const { return names_; }

  void lose_power(Fate fate);
  /// What is there as it is, as after a backup that was put back.
  void sync_all();

 private:
  struct NameChange {
    std::string name;
    std::optional<FileId> file;  ///< nothing: removed
  };
  static void apply(const NameChange& change, std::map<std::string, FileId>& to);
  void forget_nameless();

  std::map<FileId, File> files_;
  std::map<std::string, FileId> names_;
  std::map<std::string, FileId> durable_names_;
  std::vector<NameChange> unsynced_names_;
  std::uint64_t last_id_{};
};

}  // namespace starling::sim::vfs
