#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/ensure.hpp"

namespace starling::test {

/// An empty directory that goes when this object goes.
class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "starling-XXXXXX").native();
    ensure(mkdtemp(name.data()) != nullptr, "a directory for a test");
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace starling::test
