#pragma once

#include <cstdint>

#include "storage/engine.hpp"
#include "storage/sqlite/database.hpp"

namespace starling::storage {

/// Rows by (token, key). The token alone is SQLite's row id: its leaves are found by comparing bare
/// integers and overwritten in place, a fifth cheaper than a composite key. The few keys whose
/// token another key already holds stand in a second table beside, which is not even looked at
/// while it is empty.
///
/// SQLite's integers are signed: the top bit is flipped, so that its order is the tokens' order.
class RowTable {
 public:
  static Result<RowTable> open(Database& database);

  Result<bool> get(const Database& database, const ring::Key& key, Bytes& row);
  Result<> insert(const Database& database, const ring::Key& key, BytesView row);
  Result<> update(const Database& database, const ring::Key& key, BytesView row);
  Result<> erase(const Database& database, const ring::Key& key);
  Result<> scan(const Database& database, const ring::Key& after, Token last, const Engine::RowVisitor& visit);

 private:
  /// Runs a change in the main table, and where it met no row there, in the one beside.
  Result<bool> change(const Database& database, Statement& statement, const ring::Key& key, BytesView row);

  Statement get_, insert_, update_, erase_, scan_;
  Statement get_beside_, insert_beside_, update_beside_, erase_beside_, scan_both_;
  bool beside_used_{};
};

}  // namespace starling::storage
