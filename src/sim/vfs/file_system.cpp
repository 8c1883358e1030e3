#include "sim/vfs/file_system.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ensure.hpp"

namespace starling::sim::vfs {

std::optional<FileId> FileSystem::find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

void FileSystem::apply(const NameChange& change, std::map<std::string, FileId>& to) {
  if (change.file)
    to[change.name] = *change.file;
  else
    to.erase(change.name);
}

FileId FileSystem::create(const std::string& name) {
  ensure(!names_.contains(name), "a file that is there is not created");
  const FileId id{++last_id_};
  files_[id];
  apply(unsynced_names_.emplace_back(NameChange{name, id}), names_);
  return id;
}

void FileSystem::remove(const std::string& name) {
  apply(unsynced_names_.emplace_back(NameChange{name, std::nullopt}), names_);
}

void FileSystem::sync_names() {
  for (const NameChange& change : std::exchange(unsynced_names_, {})) apply(change, durable_names_);
}

void FileSystem::lose_power(Fate fate) {
  std::set<std::string> taken_back;
  for (const NameChange& change : std::exchange(unsynced_names_, {})) {
    if (taken_back.contains(change.name)) continue;
    if (fate.spares())
      apply(change, durable_names_);
    else
      taken_back.insert(change.name);
  }
  names_ = durable_names_;
  for (auto& [id, file] : files_) file.lose_power(fate);
  forget_nameless();
}

void FileSystem::sync_all() {
  sync_names();
  for (auto& [id, file] : files_) file.sync();
  forget_nameless();
}

void FileSystem::forget_nameless() {
  std::set<FileId> named;
  for (const auto& [name, id] : names_) named.insert(id);
  std::erase_if(files_, [&](const auto& entry) { return !named.contains(entry.first); });
}

}  // namespace starling::sim::vfs
