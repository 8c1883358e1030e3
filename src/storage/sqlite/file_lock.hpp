#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace starling::storage {

/// That a file is ours alone, in this process and among all, until it is destroyed or the process ends. An advisory
/// flock(2): SQLite's own lock keeps other processes out, and lets everybody in who is in this one.
class FileLock {
 public:
  FileLock() = default;
  /// Creates the file where it is missing. Nothing if somebody else has it. Where it cannot be opened at all
  /// nothing is locked: SQLite is about to say why.
  static std::optional<FileLock> take(const std::filesystem::path& file);

  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileLock();

  /// Of the open file; -1 without one.
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace starling::storage
