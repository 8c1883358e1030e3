#include "storage/sqlite/check_mark.hpp"

#include <fstream>
#include <system_error>

namespace starling::storage {

CheckMark::CheckMark(const SqliteOptions& options) : path_(options.directory / (options.file + "-check")) {}

void CheckMark::set() const { std::ofstream{path_}; }

bool CheckMark::is_set() const {
  std::error_code ignored;
  return std::filesystem::exists(path_, ignored);
}

void CheckMark::clear() const {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace starling::storage
