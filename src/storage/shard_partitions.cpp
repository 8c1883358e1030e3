#include <algorithm>
#include <utility>

#include "storage/shard.hpp"

/// Whole partitions: which there are, how much they hold, and how one goes.
namespace starling::storage {

namespace {

/// Others wait for the answer, and large rows take long: their pages are followed one by one.
constexpr std::size_t erased_bytes_max = 1U << 20;

}  // namespace

bool Shard::is_going(PartitionId partition) const {
  return partition.value < slots_.size() && slots_[partition.value].going;
}

Result<> Shard::may_be_used(PartitionId partition) const {
  if (!is_going(partition)) return {};
  return fail(ErrorCode::not_ready, "this replica still drops what it had of the partition before");
}

Shard::Outcome<Answer> Shard::execute(const ListPartitions&) {
  ListPartitionsAnswer answer;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const PartitionId partition{static_cast<std::uint16_t>(i)};
    if (slots_[i].is_kept()) answer.partitions.push_back(partition);
    if (slots_[i].going) answer.going.push_back(partition);
  }
  return answer;
}

Shard::Outcome<Answer> Shard::execute(const Measure&) {
  return MeasureAnswer{.partitions = static_cast<std::uint64_t>(std::ranges::count_if(slots_, &Slot::is_kept)),
                       .bytes = engine_->stats().stored_bytes};
}

/// Rows that are gone while `seen` still covers them would count as deleted, so `seen` goes with the first of them.
Shard::Outcome<Answer> Shard::execute(const DropPartition& drop) {
  if (drop.rows_max == 0) return Result<Answer>(fail(ErrorCode::invalid, "at least one row is erased at a time"));
  std::vector<ring::Key> keys;
  std::size_t bytes = 0;
  bool more = false;
  auto scanned =
      engine_->scan({.bytes = {}, .token = drop.first}, drop.last, [&](Token token, BytesView key, BytesView row) {
        more = keys.size() == drop.rows_max || bytes >= erased_bytes_max;
        if (more) return Engine::Visit::stop;
        keys.push_back({.bytes = Bytes(key), .token = token});
        bytes += row.size();
        return Engine::Visit::go_on;
      });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  for (const ring::Key& key : keys) {
    digests_.keep(key.token, 0);
    if (auto erased = engine_->erase(key); !erased) return std::unexpected(std::move(erased.error()));
  }
  touch(drop.partition);
  Slot& slot = this->slot(drop.partition);
  slot.state = {};
  slot.index.reset();
  slot.damaged = false;
  slot.going = more;
  return DropPartitionAnswer{more};
}

}  // namespace starling::storage
