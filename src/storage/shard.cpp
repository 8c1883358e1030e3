#include "storage/shard.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "base/planted.hpp"
#include "ring/ring.hpp"
#include "storage/kept_state.hpp"
#include "storage/row.hpp"

namespace starling::storage {

namespace {

template <class... Reads>
bool is_any_of(const Command& command) {
  return (std::holds_alternative<Reads>(command) || ...);
}

}  // namespace

bool is_read(const Command& command) {
  return is_any_of<Get, GetDigest, Scan, CountHints, ListHints, CheckActors, ListActors, Survey, BuildTree, DropTree,
                   SumLeaves, ScanUnseen, ListDigests, RefuseReads, ListPartitions, Measure>(command);
}

Result<Shard> Shard::open(Engine& engine, Random random, const ShardOptions& options) {
  Shard shard(engine, random, options);
  if (auto loaded = shard.load_states(); !loaded) return std::unexpected(std::move(loaded.error()));
  if (auto counted = shard.count_hints(); !counted) return std::unexpected(std::move(counted.error()));
  if (auto loaded = shard.load_payload_dots(); !loaded) return std::unexpected(std::move(loaded.error()));
  return shard;
}

// --- Batches ----------------------------------------------------------------------------------

std::vector<Result<Answer>> Shard::run(std::span<Command> commands) {
  std::vector<Result<Answer>> answers;
  answers.reserve(commands.size());
  if (poison_ || std::ranges::all_of(commands, is_read)) {
    for (const Command& command : commands) answers.push_back(poison_ ? std::unexpected(*poison_) : read(command));
    return answers;
  }
  if (auto done = transact(commands, answers); !done) undo(done.error(), commands, answers);
  return answers;
}

Result<Answer> Shard::read(const Command& command) {
  ensure(is_read(command), "a write needs a batch");
  if (poison_) return std::unexpected(*poison_);
  auto outcome = std::visit(
      [this](const auto& read) -> Outcome<Answer> {
        if constexpr (requires { execute(read); })
          return execute(read);
        else
          std::unreachable();
      },
      command);
  if (outcome) return *std::move(outcome);
  poison(outcome.error());
  return std::unexpected(*poison_);
}

Result<> Shard::transact(std::span<Command> commands, std::vector<Result<Answer>>& answers) {
  if (auto begun = engine_->begin(); !begun) return begun;
  for (Command& command : commands) {
    auto outcome = std::visit([this](auto& any) { return execute(any); }, command);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    answers.push_back(*std::move(outcome));
  }
  if (auto saved = save_touched_states(); !saved) return saved;
  return engine_->commit();
}

/// What is in memory must not run ahead of the disk: it is read again, or not used any more.
void Shard::undo(const Error& failure, std::span<Command> commands, std::vector<Result<Answer>>& answers) {
  engine_->rollback();
  digests_.clear();
  const bool full = failure.code == ErrorCode::disk_full;
  if (!full || (!planted(Bug::batch_not_undone) && !load_states()) || !count_hints()) poison(failure);
  answers.clear();
  for (const Command& command : commands)
    answers.push_back(is_read(command) ? read(command) : std::unexpected(poison_ ? *poison_ : failure));
}

void Shard::poison(const Error& failure) { poison_ = Error{ErrorCode::storage_failed, failure.message}; }

// --- Partition states -------------------------------------------------------------------------

Result<> Shard::load_states() {
  auto states = engine_->load_states();  // Where they are not complete, boot() has drawn the conclusions.
  if (!states) return std::unexpected(std::move(states.error()));
  slots_.clear();
  touched_.clear();
  for (const auto& [partition, sealed] : states->rows) {
    auto kept = decode_kept(partition, sealed);
    if (!kept) return fail(ErrorCode::storage_failed, std::move(kept.error().message));
    slot(partition).state = std::move(kept->state);
    slot(partition).going = kept->going;
  }
  return {};
}

Result<> Shard::save_touched_states() {
  saving_.clear();
  for (const PartitionId partition : std::exchange(touched_, {})) {
    Slot& slot = slots_[partition.value];
    slot.touched = false;
    saving_.emplace_back(partition, slot.going ? encode_going(partition) : encode_kept(partition, slot.state));
  }
  return saving_.empty() ? Result<>{} : engine_->save_states(saving_);
}

Shard::Slot& Shard::slot(PartitionId partition) {
  ensure(partition.value < ring::partitions_max, "a partition of this ring");
  if (partition.value >= slots_.size()) slots_.resize(partition.value + 1U);
  return slots_[partition.value];
}

void Shard::touch(PartitionId partition) {
  if (!std::exchange(slot(partition).touched, true)) touched_.push_back(partition);
}

// --- Rows -------------------------------------------------------------------------------------

Shard::Outcome<Shard::Stored> Shard::load(PartitionId partition, const ring::Key& key) {
  if (is_going(partition)) return Stored{};
  const auto exists = engine_->get(key, row_);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return Stored{};
  auto object = decode_row(key.token, key.bytes, row_);
  if (!object) {
    slot(partition).damaged = true;
    return Result<Stored>(std::unexpected(std::move(object.error())));
  }
  return Stored{*std::move(object), true};
}

Shard::Place Shard::place_of(PartitionId partition, const ring::Key& key, const causal::Object& object, bool exists) {
  Place place{.partition = partition, .key = key, .exists = exists, .share = {}};
  if (slot(partition).index) place.share = exists ? share_of(key.token, object) : RowShare{};
  return place;
}

/// What fill() restores needs no row: nothing lives, and every write that ever did is in `seen`.
Result<> Shard::keep(const Place& place, const causal::Object& stripped) {
  const auto& [partition, key, exists, share, asked_for] = place;
  if (asked_for && !planted(Bug::digest_outdated)) digests_.keep(key.token, causal::digest(stripped));
  const bool says_nothing = stripped.siblings.empty() && stripped.context.empty();
  const bool stays = !says_nothing && !(planted(Bug::tombstone_dropped) && !stripped.live());
  if (share) slot(partition).index->change(key, *share, stays ? share_of(key.token, stripped) : RowShare{});
  if (!stays) return exists ? engine_->erase(key) : Result<>{};
  row_ = encode_row(key.token, stripped);
  return exists ? engine_->update(key, row_) : engine_->insert(key, row_);
}

}  // namespace starling::storage
