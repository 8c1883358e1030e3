#pragma once

#include <filesystem>

#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::storage {

/// Says that a database file is to be checked as a whole before it is used again: damage was met in it. Every page
/// carries a checksum, and the scrub reads them all in time, so that no other start has to read the whole file.
///
/// The mark is a file beside it, for nothing can be written to a file that has failed. If it cannot be made, whoever
/// opens the file next meets the damage once more.
class CheckMark {
 public:
  explicit CheckMark(const SqliteOptions& options);

  void set() const;
  bool is_set() const;
  void clear() const;

 private:
  std::filesystem::path path_;
};

}  // namespace starling::storage
