#include "contract/machine.hpp"

#include <utility>

namespace starling::test {

using namespace storage;

Result<> Machine::open() {
  auto opened = SqliteEngine::open({.directory = "/",
                                    .durability = durability_,
                                    .cache_bytes = 64U << 10,
                                    .wal_bytes_max = 48U << 10,
                                    .checkpoints_beside = false,
                                    .vfs = mount_.name()});
  if (!opened) return std::unexpected(std::move(opened.error()));
  engine_ = *std::move(opened);
  return {};
}

Result<> Machine::boot() {
  auto booted = storage::boot(*engine_, random_, durability_);
  if (!booted) return std::unexpected(std::move(booted.error()));
  booted_ = *std::move(booted);
  auto shard = Shard::open(*engine_, random_.fork(), {.digests = 16});
  if (!shard) return std::unexpected(std::move(shard.error()));
  shard_.emplace(*std::move(shard));
  return {};
}

void Machine::close() {
  shard_.reset();
  engine_.reset();
}

void Machine::kill() {
  mount_.kill_process();
  close();
}

std::vector<Result<Answer>> Machine::run(std::vector<Command> commands) {
  auto answers = shard_->run(commands);
  for (const auto& answer : answers)
    if (answer && std::holds_alternative<PutAnswer>(*answer)) issued_.insert(std::get<PutAnswer>(*answer).dot);
  return answers;
}

Result<Dump> Machine::dump() {
  Dump dump;
  const auto owed = engine_->count_hints();
  if (!owed) return std::unexpected(owed.error());
  for (const auto& [target, count] : *owed) {
    auto scanned = engine_->scan_hints(target, {}, [&](const Engine::Hint& hint, BytesView payload) {
      dump.hints.emplace_back(hint, payload);
      return Engine::Visit::go_on;
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
  }
  auto scanned = engine_->scan({}, Token{~std::uint64_t{0}}, [&](Token token, BytesView key, BytesView row) {
    dump.rows.push_back({token, Bytes(key), Bytes(row)});
    return Engine::Visit::go_on;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  auto states = engine_->load_states();
  if (!states) return std::unexpected(std::move(states.error()));
  dump.states = std::move(states->rows);
  auto records = engine_->load_records();
  if (!records) return std::unexpected(std::move(records.error()));
  dump.records = *std::move(records);
  return dump;
}

}  // namespace starling::test
