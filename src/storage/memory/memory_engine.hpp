#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "storage/engine.hpp"

namespace starling::storage {

/// Everything in ordered maps, with an undo list for the transaction under way: for caches, for
/// tests, and as the simulator's disk. The object outlives the node that uses it, so what was
/// committed survives a crash of that node; a copy is a copy of the data directory.
class MemoryEngine final : public Engine {
 public:
  Result<> begin() override;
  Result<> commit() override;
  void rollback() override;

  Result<bool> get(const ring::Key& key, Bytes& row) override;
  Result<> put(const ring::Key& key, BytesView row) override;
  Result<> erase(const ring::Key& key) override;
  Result<> scan(const ring::Key& after, Token last, const RowVisitor& visit) override;

  Result<std::vector<StateRow>> load_states() override;
  Result<> save_state(PartitionId partition, BytesView bytes) override;
  Result<std::vector<Record>> load_records() override;
  Result<> save_record(const std::string& name, BytesView bytes) override;

  Result<> maintain(Pace) override { return {}; }
  Result<> check() override { return {}; }
  EngineStats stats() const override;

  /// The process dies here: what was not committed is gone.
  void crash() { rollback(); }
  /// From now on every commit fails so, and keeps nothing; nullopt: works again.
  void fail_commits(std::optional<Error> error) { commit_failure_ = std::move(error); }

 private:
  using Undo = std::function<void(MemoryEngine&)>;

  std::map<ring::Key, Bytes> rows_;
  std::map<PartitionId, Bytes> states_;
  std::map<std::string, Bytes> records_;
  std::vector<Undo> undo_;
  bool in_transaction_{};
  std::optional<Error> commit_failure_;
  EngineStats stats_;
};

}  // namespace starling::storage
