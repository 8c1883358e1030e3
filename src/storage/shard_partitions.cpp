#include <algorithm>
#include <utility>

#include "storage/shard.hpp"

/// Whole partitions: which there are, how much they hold, and how one goes.
namespace starling::storage {

namespace {

constexpr std::size_t rows_per_step = 1000;

}  // namespace

Shard::Outcome<Answer> Shard::execute(const ListPartitions&) {
  ListPartitionsAnswer answer;
  for (std::size_t partition = 0; partition < slots_.size(); ++partition)
    if (slots_[partition].state != causal::PartitionState{})
      answer.partitions.push_back({static_cast<std::uint16_t>(partition)});
  return answer;
}

Shard::Outcome<Answer> Shard::execute(const Measure&) {
  const auto is_kept = [](const Slot& slot) { return slot.state != causal::PartitionState{}; };
  return MeasureAnswer{.partitions = static_cast<std::uint64_t>(std::ranges::count_if(slots_, is_kept)),
                       .bytes = engine_->stats().stored_bytes};
}

/// In one transaction: rows that are gone while `seen` still covers them would count as deleted.
Shard::Outcome<Answer> Shard::execute(const DropPartition& drop) {
  Slot& slot = this->slot(drop.partition);
  slot = {};
  std::vector<ring::Key> keys;
  do {
    keys.clear();
    const ring::Key start{.bytes = {}, .token = drop.first};
    auto scanned = engine_->scan(start, drop.last, [&](Token token, BytesView key, BytesView) {
      keys.push_back({.bytes = Bytes(key), .token = token});
      return keys.size() < rows_per_step ? Engine::Visit::go_on : Engine::Visit::stop;
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    for (const ring::Key& key : keys) {
      digests_.keep(key.token, 0);
      if (auto erased = engine_->erase(key); !erased) return std::unexpected(std::move(erased.error()));
    }
  } while (keys.size() == rows_per_step);
  touch(drop.partition);
  return Done{};
}

}  // namespace starling::storage
