#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "storage/engine.hpp"
#include "storage/sqlite/database.hpp"

namespace starling::storage {

/// Partition states. Nearly every put of a batch changes another partition's state, and a row of a
/// table for each would cost as much as the put itself. So a transaction appends all states it has
/// changed to a log, as one row; the log is folded into the table before a checkpoint.
class StateTable {
 public:
  static Result<StateTable> open(Database& database);

  /// The table with the log over it.
  Result<Engine::States> load(const Database& database);
  /// Within a transaction.
  Result<> save(const Database& database, std::span<const Engine::StateRow> states);
  /// Within a transaction: the table takes over what the log says, the log begins anew.
  Result<> fold(const Database& database);
  /// Whether there may be something to fold.
  bool log_used() const { return log_used_; }

 private:
  using States = std::map<PartitionId, Bytes>;

  /// False where an entry was damaged.
  Result<bool> load_log(const Database& database, States& states);

  Statement load_table_, load_log_, save_table_, append_log_, clear_log_;
  std::int64_t sequence_{};
  bool log_used_{};
};

}  // namespace starling::storage
