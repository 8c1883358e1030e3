#include "storage/sqlite/row_table.hpp"

#include <utility>

#include "storage/sqlite/row_id.hpp"

namespace starling::storage {

Result<RowTable> RowTable::open(Database& database) {
  RowTable table;
  const std::pair<Statement*, const char*> statements[] = {
      {&table.get_, "SELECT row, key FROM rows WHERE token = ?1"},
      {&table.insert_, "INSERT OR IGNORE INTO rows VALUES (?1, ?2, ?3)"},
      {&table.update_, "UPDATE rows SET row = ?3 WHERE token = ?1 AND key = ?2"},
      {&table.erase_, "DELETE FROM rows WHERE token = ?1 AND key = ?2"},
      {&table.scan_, "SELECT token, key, row FROM rows WHERE token BETWEEN ?1 AND ?2 ORDER BY token"},
      {&table.get_beside_, "SELECT row, key FROM rows_beside WHERE token = ?1 AND key = ?2"},
      {&table.insert_beside_, "INSERT INTO rows_beside VALUES (?1, ?2, ?3)"},
      {&table.update_beside_, "UPDATE rows_beside SET row = ?3 WHERE token = ?1 AND key = ?2"},
      {&table.erase_beside_, "DELETE FROM rows_beside WHERE token = ?1 AND key = ?2"},
      {&table.scan_both_,
       "SELECT token, key, row FROM rows WHERE token BETWEEN ?1 AND ?2 UNION ALL "
       "SELECT token, key, row FROM rows_beside WHERE token BETWEEN ?1 AND ?2 ORDER BY token, key"},
  };
  if (auto prepared = database.prepare_all(statements); !prepared) return std::unexpected(std::move(prepared.error()));
  const auto used = database.integer("SELECT EXISTS (SELECT 1 FROM rows_beside)");
  if (!used) return std::unexpected(used.error());
  table.beside_used_ = *used != 0;
  return table;
}

Result<bool> RowTable::get(const Database& database, const ring::Key& key, Bytes& row) {
  row.clear();
  get_.bind(1, to_row_id(key.token));
  int code = get_.step();
  bool found = code == SQLITE_ROW && get_.bytes(1) == key.bytes;
  if (found) row.assign(get_.bytes(0));
  get_.reset();
  if (!found && beside_used_ && (code == SQLITE_ROW || code == SQLITE_DONE)) {
    get_beside_.bind(1, to_row_id(key.token));
    get_beside_.bind(2, key.bytes);
    code = get_beside_.step();
    found = code == SQLITE_ROW;
    if (found) row.assign(get_beside_.bytes(0));
    get_beside_.reset();
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(database.error(code));
  return found;
}

Result<bool> RowTable::change(const Database& database, Statement& statement, const ring::Key& key, BytesView row) {
  statement.bind(1, to_row_id(key.token));
  statement.bind(2, key.bytes);
  if (!row.empty()) statement.bind(3, row);
  const int code = statement.step();
  statement.reset();
  if (code != SQLITE_DONE) return std::unexpected(database.error(code));
  return sqlite3_changes(database.handle()) != 0;
}

Result<> RowTable::insert(const Database& database, const ring::Key& key, BytesView row) {
  auto changed = change(database, insert_, key, row);
  if (changed && !*changed) {
    beside_used_ = true;
    changed = change(database, insert_beside_, key, row);
  }
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

Result<> RowTable::update(const Database& database, const ring::Key& key, BytesView row) {
  auto changed = change(database, update_, key, row);
  if (changed && !*changed) changed = change(database, update_beside_, key, row);
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

Result<> RowTable::erase(const Database& database, const ring::Key& key) {
  auto changed = change(database, erase_, key, {});
  if (changed && !*changed) changed = change(database, erase_beside_, key, {});
  if (!changed) return std::unexpected(std::move(changed.error()));
  return {};
}

Result<> RowTable::scan(const Database& database, const ring::Key& after, Token last, const Engine::RowVisitor& visit) {
  Statement& statement = beside_used_ ? scan_both_ : scan_;
  statement.bind(1, to_row_id(after.token));
  statement.bind(2, to_row_id(last));
  int code = SQLITE_ROW;
  while ((code = statement.step()) == SQLITE_ROW) {
    const Token token = to_token(statement.integer(0));
    const BytesView key = statement.bytes(1);
    if (token == after.token && key <= after.bytes) continue;
    if (visit(token, key, statement.bytes(2)) == Engine::Visit::stop) break;
  }
  statement.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(database.error(code));
  return {};
}

}  // namespace starling::storage
