#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/engine.hpp"

namespace starling::storage {

struct SqliteOptions {
  std::filesystem::path directory;
  std::string file = "starling.db";
  Durability durability = Durability::full;
  std::uint64_t cache_bytes = 256ULL << 20;
  std::uint64_t wal_bytes_max = 32ULL << 20;  ///< beyond it a checkpoint: rarer is cheaper
  std::uint64_t file_bytes_max{};             ///< 0: as large as the disk; tests fill a small one
  /// On a thread and a connection of their own; else one connection has the file, and checkpoints hold it up.
  bool checkpoints_beside = true;
  std::string vfs;  ///< SQLite's name of the file system layer; empty: the system's. Others are for one connection
};

/// One SQLite file that nobody else has open, one connection that reads and writes, a write-ahead log.
class SqliteEngine final : public Engine {
 public:
  /// Creates the directory and the file where they are missing. A refusal is a sentence that names
  /// the file and says what to do.
  static Result<std::unique_ptr<SqliteEngine>> open(const SqliteOptions& options);
  ~SqliteEngine() override;

  Result<> begin() override;
  Result<> commit() override;
  void rollback() override;

  Result<bool> get(const ring::Key& key, Bytes& row) override;
  Result<> insert(const ring::Key& key, BytesView row) override;
  Result<> update(const ring::Key& key, BytesView row) override;
  Result<> erase(const ring::Key& key) override;
  Result<> scan(const ring::Key& after, Token last, const RowVisitor& visit) override;

  Result<States> load_states() override;
  Result<> save_states(std::span<const StateRow> states) override;
  Result<bool> save_hint(const Hint& hint) override;
  Result<> save_payload(const Hint& hint, BytesView payload) override;
  Result<bool> get_payload(const Hint& hint, Bytes& payload) override;
  Result<bool> erase_hint(const Hint& hint) override;
  Result<> scan_hints(NodeId target, const ring::Key& after, const HintVisitor& visit) override;
  Result<std::vector<HintCount>> count_hints() override;
  Result<std::vector<Record>> load_records() override;
  Result<> save_record(const std::string& name, BytesView bytes) override;

  Result<> maintain(Pace pace) override;
  Result<> check() override;
  EngineStats stats() const override;

 private:
  struct State;
  explicit SqliteEngine(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace starling::storage
