#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
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

  Result<> maintain(Pace) override { return {}; }
  Result<> check() override { return {}; }
  EngineStats stats() const override;

  /// The process dies here: what was not committed is gone.
  void crash() { rollback(); }
  /// From now on every commit fails so, and keeps nothing; nullopt: works again.
  void fail_commits(std::optional<Error> error) { commit_failure_ = std::move(error); }
  /// And every read of a row, of the states or the records.
  void fail_reads(std::optional<Error> error) { read_failure_ = std::move(error); }
  /// A bit of a row turns, as may happen on any disk: which one of which, `choice` says.
  void turn_bit(std::uint64_t choice);

 private:
  /// What was there before a change; nullopt: nothing.
  template <class Key>
  struct Before {
    Key key;
    std::optional<Bytes> bytes;
  };
  using Undo = std::variant<Before<ring::Key>, Before<PartitionId>, Before<Hint>, Before<std::string>>;

  template <class Key>
  void set(std::map<Key, Bytes>& table, const Key& key, std::optional<Bytes> bytes);
  std::map<ring::Key, Bytes>& table_of(const ring::Key&) { return rows_; }
  std::map<PartitionId, Bytes>& table_of(PartitionId) { return states_; }
  std::map<Hint, Bytes>& table_of(const Hint&) { return hints_; }
  std::map<std::string, Bytes>& table_of(const std::string&) { return records_; }

  std::map<ring::Key, Bytes> rows_;
  std::map<PartitionId, Bytes> states_;
  std::map<Hint, Bytes> hints_;  ///< with their payloads
  std::map<std::string, Bytes> records_;
  std::vector<Undo> undo_;
  bool in_transaction_{};
  std::optional<Error> commit_failure_;
  std::optional<Error> read_failure_;
  std::uint64_t commits_{};
};

}  // namespace starling::storage
