#pragma once

#include <filesystem>
#include <memory>

#include "base/ensure.hpp"
#include "storage/memory/memory_engine.hpp"
#include "storage/sqlite/sqlite_engine.hpp"
#include "support/temp_directory.hpp"

/// The two engines behind one face, for tests that hold on both.
namespace starling::test {

class MemoryDisk {
 public:
  storage::Engine& engine() { return engine_; }
  void close_and_open() {}
  /// The process is gone, and comes back to what was committed.
  void crash() { engine_.crash(); }

 private:
  storage::MemoryEngine engine_;
};

template <storage::Durability durability>
class SqliteDisk {
 public:
  SqliteDisk() { open(); }
  storage::Engine& engine() { return *engine_; }
  void close_and_open() {
    engine_.reset();
    open();
  }
  /// What a killed process leaves behind: the files as they are, while it still has them open.
  void crash() {
    namespace fs = std::filesystem;
    const fs::path copy = directory_.path() / ("life-" + std::to_string(life_ + 1));
    fs::copy(place(), copy, fs::copy_options::recursive);
    engine_.reset();
    ++life_;
    open();
  }
  std::filesystem::path place() const { return directory_.path() / ("life-" + std::to_string(life_)); }

 private:
  void open() {
    auto opened = storage::SqliteEngine::open({.directory = place(), .durability = durability});
    ensure(opened.has_value(), "the disk of a test opens");
    engine_ = *std::move(opened);
  }

  TempDirectory directory_;
  int life_{};
  std::unique_ptr<storage::SqliteEngine> engine_;
};

using FullDisk = SqliteDisk<storage::Durability::full>;
using NormalDisk = SqliteDisk<storage::Durability::normal>;

}  // namespace starling::test

#define FOR_EACH_DISK(sentence) TEST_CASE_TEMPLATE(sentence, Disk, MemoryDisk, FullDisk, NormalDisk)
