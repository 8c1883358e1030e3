#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "sim/vfs/mount.hpp"
#include "storage/boot.hpp"
#include "storage/shard.hpp"
#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::test {

/// All that an engine keeps, as bytes.
struct Dump {
  struct Row {
    Token token;
    Bytes key;
    Bytes row;
    friend bool operator==(const Row&, const Row&) = default;
  };
  std::vector<Row> rows;
  std::vector<std::pair<storage::Engine::Hint, Bytes>> hints;  ///< with their payloads
  std::vector<storage::Engine::StateRow> states;
  std::vector<storage::Engine::Record> records;
  friend bool operator==(const Dump&, const Dump&) = default;
};

/// The storage of a node on a file system that can fail, opened as the runtime opens it.
class Machine {
 public:
  explicit Machine(storage::Durability durability = storage::Durability::full) : durability_(durability) {}
  /// With another machine's disk, and other random numbers.
  explicit Machine(sim::vfs::FileSystem files, storage::Durability durability = storage::Durability::full)
      : durability_(durability), random_(8) {
    mount_.replace(std::move(files));
  }

  Result<> open();
  Result<> boot();
  /// The process ends by itself, without a word.
  void close();
  void kill();

  std::vector<Result<storage::Answer>> run(std::vector<storage::Command> commands);
  Result<Dump> dump();

  sim::vfs::Mount& mount() { return mount_; }
  storage::Engine& engine() { return *engine_; }
  storage::Shard& shard() { return *shard_; }
  bool is_open() const { return engine_ != nullptr; }
  /// Of the last boot that went well.
  const storage::BootRecord& booted() const { return booted_; }
  /// All dots that were answered.
  const std::set<causal::Dot>& issued() const { return issued_; }

 private:
  sim::vfs::Mount mount_;
  storage::Durability durability_;
  Random random_{7};
  std::unique_ptr<storage::SqliteEngine> engine_;
  std::optional<storage::Shard> shard_;
  storage::BootRecord booted_;
  std::set<causal::Dot> issued_;
};

}  // namespace starling::test
