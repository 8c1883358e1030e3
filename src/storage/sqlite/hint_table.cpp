#include "storage/sqlite/hint_table.hpp"

#include "storage/sqlite/row_id.hpp"

namespace starling::storage {

namespace {

std::int64_t to_integer(NodeId node) { return static_cast<std::int64_t>(node.value); }

}  // namespace

Result<HintTable> HintTable::open(Database& database) {
  HintTable table;
  const std::pair<Statement*, const char*> statements[] = {
      {&table.save_, "INSERT OR IGNORE INTO hints VALUES (?1, ?2, ?3, ?4, NULL)"},
      {&table.save_payload_, "INSERT OR REPLACE INTO hints VALUES (?1, ?2, ?3, ?4, ?5)"},
      {&table.get_payload_, "SELECT payload FROM hints WHERE target = ?1 AND token = ?2 AND key = ?3"},
      {&table.erase_, "DELETE FROM hints WHERE target = ?1 AND token = ?2 AND key = ?3"},
      {&table.scan_,
       "SELECT token, key, partition, payload FROM hints WHERE target = ?1 AND (token, key) > (?2, ?3)"
       " ORDER BY token, key"},
      {&table.count_, "SELECT target, count(*) FROM hints GROUP BY target"},
  };
  if (auto prepared = database.prepare_all(statements); !prepared) return std::unexpected(std::move(prepared.error()));
  return table;
}

void HintTable::bind(Statement& statement, const Engine::Hint& hint) {
  statement.bind(1, to_integer(hint.target));
  statement.bind(2, to_row_id(hint.key.token));
  statement.bind(3, hint.key.bytes);
}

Result<bool> HintTable::save(const Database& database, const Engine::Hint& hint) {
  bind(save_, hint);
  save_.bind(4, hint.partition.value);
  if (auto done = save_.run(database); !done) return std::unexpected(std::move(done.error()));
  return sqlite3_changes(database.handle()) != 0;
}

Result<> HintTable::save_payload(const Database& database, const Engine::Hint& hint, BytesView payload) {
  bind(save_payload_, hint);
  save_payload_.bind(4, hint.partition.value);
  save_payload_.bind(5, payload);
  return save_payload_.run(database);
}

Result<bool> HintTable::get_payload(const Database& database, const Engine::Hint& hint, Bytes& payload) {
  bind(get_payload_, hint);
  const int code = get_payload_.step();
  payload = code == SQLITE_ROW ? Bytes(get_payload_.bytes(0)) : Bytes();
  get_payload_.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(database.error(code));
  return code == SQLITE_ROW;
}

Result<bool> HintTable::erase(const Database& database, const Engine::Hint& hint) {
  bind(erase_, hint);
  if (auto done = erase_.run(database); !done) return std::unexpected(std::move(done.error()));
  return sqlite3_changes(database.handle()) != 0;
}

Result<> HintTable::scan(const Database& database, NodeId target, const ring::Key& after,
                         const Engine::HintVisitor& visit) {
  scan_.bind(1, to_integer(target));
  scan_.bind(2, to_row_id(after.token));
  scan_.bind(3, after.bytes);
  int code = SQLITE_ROW;
  while ((code = scan_.step()) == SQLITE_ROW) {
    const Engine::Hint hint{.target = target,
                            .key = {.bytes = Bytes(scan_.bytes(1)), .token = to_token(scan_.integer(0))},
                            .partition = PartitionId{static_cast<std::uint16_t>(scan_.integer(2))}};
    if (visit(hint, scan_.bytes(3)) == Engine::Visit::stop) break;
  }
  scan_.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(database.error(code));
  return {};
}

Result<std::vector<Engine::HintCount>> HintTable::count(const Database& database) {
  std::vector<Engine::HintCount> counts;
  int code = SQLITE_ROW;
  while ((code = count_.step()) == SQLITE_ROW)
    counts.emplace_back(NodeId{static_cast<std::uint64_t>(count_.integer(0))},
                        static_cast<std::uint64_t>(count_.integer(1)));
  count_.reset();
  if (code != SQLITE_DONE) return std::unexpected(database.error(code));
  return counts;
}

}  // namespace starling::storage
