#pragma once

#include <utility>
#include <vector>

#include "storage/engine.hpp"
#include "storage/sqlite/database.hpp"

namespace starling::storage {

/// The hints: which keys this node owes which nodes. One small row for each of them, however often
/// the key is written. Values are here only where this node is no replica of the key and so has
/// them nowhere else.
class HintTable {
 public:
  static Result<HintTable> open(Database& database);

  /// Within a transaction. False when it was there already.
  Result<bool> save(const Database& database, const Engine::Hint& hint);
  /// Within a transaction.
  Result<> save_payload(const Database& database, const Engine::Hint& hint, BytesView payload);
  Result<bool> get_payload(const Database& database, const Engine::Hint& hint, Bytes& payload);
  /// Within a transaction. False when there was none.
  Result<bool> erase(const Database& database, const Engine::Hint& hint);
  Result<> scan(const Database& database, NodeId target, const ring::Key& after, const Engine::HintVisitor& visit);
  Result<std::vector<Engine::HintCount>> count(const Database& database);

 private:
  static void bind(Statement& statement, const Engine::Hint& hint);

  Statement save_, save_payload_, get_payload_, erase_, scan_, count_;
};

}  // namespace starling::storage
