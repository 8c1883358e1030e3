#include "storage/sqlite/state_table.hpp"

#include <utility>

#include "base/byte_stream.hpp"
#include "storage/seal.hpp"

namespace starling::storage {

namespace {

Bytes encode(std::span<const Engine::StateRow> states) {
  std::size_t bytes_max = 0;
  for (const auto& [partition, bytes] : states) bytes_max += 2 * varint_bytes_max + bytes.size();
  ByteWriter out(bytes_max);
  for (const auto& [partition, bytes] : states) {
    out.varint(partition.value);
    out.sized_bytes(bytes);
  }
  return std::move(out).take();
}

/// Puts the states of an entry over those that are older. False for a damaged entry: nobody knows
/// whose states it held.
bool decode_over(std::int64_t sequence, BytesView entry, std::map<PartitionId, Bytes>& states) {
  const auto bytes = unseal(entry, static_cast<std::uint64_t>(sequence));
  if (!bytes) return false;
  ByteReader in(*bytes);
  while (!in.finished() && !in.failed()) {
    const PartitionId partition{static_cast<std::uint16_t>(in.varint())};
    states[partition] = in.sized_bytes();
  }
  return !in.failed();
}

}  // namespace

Result<StateTable> StateTable::open(Database& database) {
  StateTable table;
  const std::pair<Statement*, const char*> statements[] = {
      {&table.load_table_, "SELECT partition, bytes FROM states"},
      {&table.load_log_, "SELECT sequence, bytes FROM state_log ORDER BY sequence"},
      {&table.save_table_, "INSERT OR REPLACE INTO states VALUES (?1, ?2)"},
      {&table.append_log_, "INSERT INTO state_log VALUES (?1, ?2)"},
      {&table.clear_log_, "DELETE FROM state_log"},
  };
  if (auto prepared = database.prepare_all(statements); !prepared) return std::unexpected(std::move(prepared.error()));
  const auto last = database.integer("SELECT ifnull(max(sequence), 0) FROM state_log");
  if (!last) return std::unexpected(last.error());
  table.sequence_ = *last;
  table.log_used_ = *last != 0;
  return table;
}

Result<bool> StateTable::load_log(const Database& database, States& states) {
  bool complete = true;
  int code = SQLITE_ROW;
  while ((code = load_log_.step()) == SQLITE_ROW)
    complete &= decode_over(load_log_.integer(0), load_log_.bytes(1), states);
  load_log_.reset();
  if (code != SQLITE_DONE) return std::unexpected(database.error(code));
  return complete;
}

Result<Engine::States> StateTable::load(const Database& database) {
  States states;
  int code = SQLITE_ROW;
  while ((code = load_table_.step()) == SQLITE_ROW)
    states.emplace(PartitionId{static_cast<std::uint16_t>(load_table_.integer(0))}, load_table_.bytes(1));
  load_table_.reset();
  if (code != SQLITE_DONE) return std::unexpected(database.error(code));
  const auto complete = load_log(database, states);
  if (!complete) return std::unexpected(complete.error());
  return Engine::States{.rows = {states.begin(), states.end()}, .complete = *complete};
}

Result<> StateTable::save(const Database& database, std::span<const Engine::StateRow> states) {
  Bytes entry = encode(states);
  seal(entry, static_cast<std::uint64_t>(++sequence_));
  append_log_.bind(1, sequence_);
  append_log_.bind(2, entry);
  log_used_ = true;
  return append_log_.run(database);
}

Result<> StateTable::fold(const Database& database) {
  States states;
  const auto complete = load_log(database, states);
  if (!complete) return std::unexpected(complete.error());
  for (const auto& [partition, bytes] : states) {
    save_table_.bind(1, partition.value);
    save_table_.bind(2, bytes);
    if (auto saved = save_table_.run(database); !saved) return saved;
  }
  log_used_ = false;
  return clear_log_.run(database);
}

}  // namespace starling::storage
