#include "storage/sqlite/sqlite_engine.hpp"

#include <fmt/format.h>

#include <sqlite3.h>
#include <algorithm>
#include <optional>
#include <utility>

#include "base/ensure.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/hint_table.hpp"
#include "storage/sqlite/row_table.hpp"
#include "storage/sqlite/state_table.hpp"

namespace starling::storage {

namespace {

/// So little is moved at once, by the writer itself: it takes a few milliseconds.
constexpr std::uint64_t last_pages_max = 256;
/// Of a log that grows faster than it is moved the end is waited for, beyond so many of its bounds.
constexpr double patience = 1.5;

}  // namespace

struct SqliteEngine::State {
  Database database;
  RowTable rows;
  StateTable states;
  HintTable hints;
  Statement begin, commit, load_records, save_record, erase_record;
  std::optional<Checkpointer> beside;
  std::uint64_t wal_pages_max{};
  std::uint64_t wal_pages{};  ///< in the log and not yet in the file; the log's own length says less, it is reused
  std::uint64_t commits{};
  std::uint64_t checkpoints{};

  static int on_commit(void* state, sqlite3*, const char*, int pages) {
    static_cast<State*>(state)->wal_pages = static_cast<std::uint64_t>(pages);
    return SQLITE_OK;
  }
  Result<> fold_states();
  Result<> checkpoint(int mode);
  Result<> checkpoint_beside();
};

// --- Opening and closing ----------------------------------------------------------------------

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(const SqliteOptions& options) {
  auto database = Database::open(options);
  if (!database) return std::unexpected(std::move(database.error()));
  auto rows = RowTable::open(*database);
  if (!rows) return std::unexpected(std::move(rows.error()));
  auto states = StateTable::open(*database);
  if (!states) return std::unexpected(std::move(states.error()));
  auto hints = HintTable::open(*database);
  if (!hints) return std::unexpected(std::move(hints.error()));

  auto state =
      std::make_unique<State>(State{*std::move(database), *std::move(rows), *std::move(states), *std::move(hints)});
  if (options.checkpoints_beside) {
    auto beside = Checkpointer::open(state->database, options);
    if (!beside) return std::unexpected(std::move(beside.error()));
    state->beside = *std::move(beside);
  }
  state->wal_pages_max = options.wal_bytes_max / page_bytes;
  sqlite3_wal_hook(state->database.handle(), State::on_commit, state.get());
  const std::pair<Statement*, const char*> statements[] = {
      {&state->begin, "BEGIN IMMEDIATE"},
      {&state->commit, "COMMIT"},
      {&state->load_records, "SELECT name, bytes FROM records ORDER BY name"},
      {&state->save_record, "INSERT OR REPLACE INTO records VALUES (?1, ?2)"},
      {&state->erase_record, "DELETE FROM records WHERE name = ?1"},
  };
  if (auto prepared = state->database.prepare_all(statements); !prepared)
    return std::unexpected(std::move(prepared.error()));
  return std::unique_ptr<SqliteEngine>(new SqliteEngine(std::move(state)));
}

SqliteEngine::SqliteEngine(std::unique_ptr<State> state) : state_(std::move(state)) {}

SqliteEngine::~SqliteEngine() { rollback(); }

// --- Transactions -----------------------------------------------------------------------------

Result<> SqliteEngine::begin() { return state_->begin.run(state_->database); }

Result<> SqliteEngine::commit() {
  auto committed = state_->commit.run(state_->database);
  if (committed) ++state_->commits;
  return committed;
}

void SqliteEngine::rollback() { state_->database.rollback(); }

// --- Rows, states, hints, records --------------------------------------------------------------------

Result<bool> SqliteEngine::get(const ring::Key& key, Bytes& row) {
  return state_->rows.get(state_->database, key, row);
}

Result<> SqliteEngine::insert(const ring::Key& key, BytesView row) {
  return state_->rows.insert(state_->database, key, row);
}

Result<> SqliteEngine::update(const ring::Key& key, BytesView row) {
  return state_->rows.update(state_->database, key, row);
}

Result<> SqliteEngine::erase(const ring::Key& key) { return state_->rows.erase(state_->database, key); }

Result<> SqliteEngine::scan(const ring::Key& after, Token last, const RowVisitor& visit) {
  return state_->rows.scan(state_->database, after, last, visit);
}

Result<Engine::States> SqliteEngine::load_states() { return state_->states.load(state_->database); }

Result<> SqliteEngine::save_states(std::span<const StateRow> states) {
  return state_->states.save(state_->database, states);
}

Result<bool> SqliteEngine::save_hint(const Hint& hint) { return state_->hints.save(state_->database, hint); }

Result<> SqliteEngine::save_payload(const Hint& hint, BytesView payload) {
  return state_->hints.save_payload(state_->database, hint, payload);
}

Result<bool> SqliteEngine::get_payload(const Hint& hint, Bytes& payload) {
  return state_->hints.get_payload(state_->database, hint, payload);
}

Result<bool> SqliteEngine::erase_hint(const Hint& hint) { return state_->hints.erase(state_->database, hint); }

Result<> SqliteEngine::scan_hints(NodeId target, const ring::Key& after, const HintVisitor& visit) {
  return state_->hints.scan(state_->database, target, after, visit);
}

Result<std::vector<Engine::HintCount>> SqliteEngine::count_hints() { return state_->hints.count(state_->database); }

Result<std::vector<Engine::Record>> SqliteEngine::load_records() {
  std::vector<Record> records;
  Statement& load = state_->load_records;
  int code = SQLITE_ROW;
  while ((code = load.step()) == SQLITE_ROW) records.emplace_back(load.bytes(0), load.bytes(1));
  load.reset();
  if (code != SQLITE_DONE) return std::unexpected(state_->database.error(code));
  return records;
}

Result<> SqliteEngine::save_record(const std::string& name, BytesView bytes) {
  Statement& statement = bytes.empty() ? state_->erase_record : state_->save_record;
  statement.bind(1, name);
  if (!bytes.empty()) statement.bind(2, bytes);
  return statement.run(state_->database);
}

// --- Housekeeping -----------------------------------------------------------------------------

Result<> SqliteEngine::maintain(Pace pace) {
  State& state = *state_;
  const bool idle = pace == Pace::idle;
  if (state.beside && !idle) return state.checkpoint_beside();
  if (state.wal_pages <= (idle ? 0 : state.wal_pages_max)) return {};
  if (state.beside && state.beside->begun())
    if (auto ended = state.beside->end(); !ended) return std::unexpected(std::move(ended.error()));
  auto folded = state.fold_states();
  return folded ? state.checkpoint(idle ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE) : folded;
}

/// Pass after pass, of which each leaves less: what was written meanwhile. SQLite begins the log anew when nothing of
/// it is left to be moved, so the last pages are moved while nobody writes.
Result<> SqliteEngine::State::checkpoint_beside() {
  if (!beside->begun()) {
    if (wal_pages <= wal_pages_max) return {};
    auto folded = fold_states();
    if (folded) beside->begin();
    return folded;
  }
  const bool too_long = static_cast<double>(wal_pages) > patience * static_cast<double>(wal_pages_max);
  if (beside->running() && !too_long) return {};
  const auto done = beside->end();
  if (!done) return std::unexpected(done.error());
  if (wal_pages < done->in_log) {  // It left nothing, and the log has begun anew.
    ++checkpoints;
  } else if (too_long || wal_pages - done->moved <= last_pages_max) {
    return checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  } else {
    beside->begin();
  }
  return {};
}

Result<> SqliteEngine::State::fold_states() {
  if (!states.log_used()) return {};
  auto done = begin.run(database);
  if (done) done = states.fold(database);
  if (done) done = commit.run(database);
  if (!done) database.rollback();
  return done;
}

Result<> SqliteEngine::State::checkpoint(int mode) {
  const auto done = database.checkpoint(mode);
  if (!done) return std::unexpected(done.error());
  ensure(done->in_log == done->moved, "a reader was left open");
  wal_pages = 0;
  ++checkpoints;
  return {};
}

Result<> SqliteEngine::check() {
  auto verdict = state_->database.text("PRAGMA quick_check(1)");
  if (!verdict) return std::unexpected(std::move(verdict.error()));
  if (*verdict == "ok") return {};
  return fail(ErrorCode::storage_failed,
              fmt::format("{} is damaged ({}): move the data directory away and let the node join as a new one",
                          state_->database.path().native(), *verdict));
}

EngineStats SqliteEngine::stats() const {
  const auto pages = [&](const char* pragma) {
    const auto count = state_->database.integer(pragma);
    return count ? static_cast<std::uint64_t>(*count) : 0;
  };
  const std::uint64_t file_pages = pages("PRAGMA page_count");
  return {.file_bytes = file_pages * page_bytes,
          .stored_bytes = (file_pages - std::min(file_pages, pages("PRAGMA freelist_count"))) * page_bytes,
          .wal_bytes = state_->wal_pages * page_bytes,
          .commits = state_->commits,
          .checkpoints = state_->checkpoints};
}

}  // namespace starling::storage
