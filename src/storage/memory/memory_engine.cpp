#include "storage/memory/memory_engine.hpp"

#include <iterator>
#include <limits>
#include <utility>

#include "base/ensure.hpp"

namespace starling::storage {

template <class Key>
void MemoryEngine::set(std::map<Key, Bytes>& table, const Key& key, std::optional<Bytes> bytes) {
  ensure(in_transaction_, "a change outside of a transaction");
  const auto it = table.find(key);
  if (it == table.end()) {
    if (!bytes) return;
    undo_.emplace_back(Before<Key>{key, std::nullopt});
    table.emplace(key, *std::move(bytes));
  } else {
    undo_.emplace_back(Before<Key>{key, std::move(it->second)});
    if (bytes)
      it->second = *std::move(bytes);
    else
      table.erase(it);
  }
}

Result<> MemoryEngine::begin() {
  ensure(!in_transaction_, "one transaction at a time");
  in_transaction_ = true;
  return {};
}

Result<> MemoryEngine::commit() {
  ensure(in_transaction_, "no transaction to commit");
  if (commit_failure_) return std::unexpected(*commit_failure_);
  in_transaction_ = false;
  undo_.clear();
  ++commits_;
  return {};
}

void MemoryEngine::rollback() {
  for (; !undo_.empty(); undo_.pop_back()) {
    std::visit(
        [this](auto& before) {
          auto& table = table_of(before.key);
          if (before.bytes)
            table[before.key] = *std::move(before.bytes);
          else
            table.erase(before.key);
        },
        undo_.back());
  }
  in_transaction_ = false;
}

void MemoryEngine::turn_bit(std::uint64_t choice) {
  if (rows_.empty()) return;
  Bytes& row = std::next(rows_.begin(), static_cast<std::ptrdiff_t>(choice % rows_.size()))->second;
  const std::uint64_t bit = choice / rows_.size() % (8 * row.size());
  row[bit / 8] = static_cast<char>(row[bit / 8] ^ (1 << bit % 8));
}

Result<bool> MemoryEngine::get(const ring::Key& key, Bytes& row) {
  row.clear();
  if (read_failure_) return std::unexpected(*read_failure_);
  const auto it = rows_.find(key);
  if (it == rows_.end()) return false;
  row = it->second;
  return true;
}

Result<> MemoryEngine::insert(const ring::Key& key, BytesView row) {
  ensure(!rows_.contains(key), "insert of a row that is there");
  set(rows_, key, Bytes(row));
  return {};
}

Result<> MemoryEngine::update(const ring::Key& key, BytesView row) {
  ensure(rows_.contains(key), "update of a row that is not there");
  set(rows_, key, Bytes(row));
  return {};
}

Result<> MemoryEngine::erase(const ring::Key& key) {
  set(rows_, key, std::nullopt);
  return {};
}

Result<> MemoryEngine::scan(const ring::Key& after, Token last, const RowVisitor& visit) {
  if (read_failure_) return std::unexpected(*read_failure_);
  for (auto it = rows_.upper_bound(after); it != rows_.end() && it->first.token <= last; ++it)
    if (visit(it->first.token, it->first.bytes, it->second) == Visit::stop) break;
  return {};
}

Result<Engine::States> MemoryEngine::load_states() {
  if (read_failure_) return std::unexpected(*read_failure_);
  return States{.rows = {states_.begin(), states_.end()}};
}

Result<> MemoryEngine::save_states(std::span<const StateRow> states) {
  for (const auto& [partition, bytes] : states) set(states_, partition, bytes);
  return {};
}

Result<bool> MemoryEngine::save_hint(const Hint& hint) {
  if (hints_.contains(hint)) return false;
  set(hints_, hint, Bytes{});
  return true;
}

Result<> MemoryEngine::save_payload(const Hint& hint, BytesView payload) {
  set(hints_, hint, Bytes(payload));
  return {};
}

Result<bool> MemoryEngine::get_payload(const Hint& hint, Bytes& payload) {
  payload.clear();
  if (read_failure_) return std::unexpected(*read_failure_);
  const auto it = hints_.find(hint);
  if (it == hints_.end()) return false;
  payload = it->second;
  return true;
}

Result<bool> MemoryEngine::erase_hint(const Hint& hint) {
  if (!hints_.contains(hint)) return false;
  set(hints_, hint, std::nullopt);
  return true;
}

Result<> MemoryEngine::scan_hints(NodeId target, const ring::Key& after, const HintVisitor& visit) {
  if (read_failure_) return std::unexpected(*read_failure_);
  constexpr PartitionId last_partition{std::numeric_limits<std::uint16_t>::max()};
  for (auto it = hints_.upper_bound({target, after, last_partition}); it != hints_.end(); ++it)
    if (it->first.target != target || visit(it->first, it->second) == Visit::stop) break;
  return {};
}

Result<std::vector<Engine::HintCount>> MemoryEngine::count_hints() {
  if (read_failure_) return std::unexpected(*read_failure_);
  std::vector<HintCount> counts;
  for (const auto& [hint, payload] : hints_) {
    if (counts.empty() || counts.back().first != hint.target) counts.emplace_back(hint.target, 0);
    ++counts.back().second;
  }
  return counts;
}

Result<std::vector<Engine::Record>> MemoryEngine::load_records() {
  if (read_failure_) return std::unexpected(*read_failure_);
  return std::vector<Record>(records_.begin(), records_.end());
}

Result<> MemoryEngine::save_record(const std::string& name, BytesView bytes) {
  set(records_, name, bytes.empty() ? std::nullopt : std::optional(Bytes(bytes)));
  return {};
}

EngineStats MemoryEngine::stats() const {
  std::uint64_t stored = 0;
  for (const auto& [key, row] : rows_) stored += key.bytes.size() + row.size();
  return {.stored_bytes = stored, .commits = commits_};
}

}  // namespace starling::storage
