#include <utility>

#include "storage/row.hpp"
#include "storage/shard.hpp"

/// How a partition goes on of which rows are lost.
namespace starling::storage {

namespace {

constexpr std::size_t rows_per_step = 1000;

}  // namespace

/// A row is stored without what `seen` says anyway, and an absent row counts as replaced by what `seen`
/// covers: after a loss that would make other replicas drop what only we have lost. So each row takes all
/// it knows into its own context, and of `seen` no more is left than the rows show. From the others'
/// point of view this replica has never received what it has lost, and they bring it again. One that is
/// being dropped has nothing to lose.
Shard::Outcome<Answer> Shard::execute(const Recover& recover) {
  if (is_going(recover.partition)) return RecoverAnswer{};
  Slot& slot = this->slot(recover.partition);
  slot.index.reset();
  slot.damaged = false;
  const causal::Seen before = slot.state.seen();
  causal::Seen shown;
  RecoverAnswer answer;
  ring::Key after{.bytes = {}, .token = recover.first};
  std::vector<std::pair<ring::Key, Bytes>> rows;
  do {
    rows.clear();
    auto scanned = engine_->scan(after, recover.last, [&](Token token, BytesView key, BytesView row) {
      rows.emplace_back(ring::Key{.bytes = Bytes(key), .token = token}, row);
      return rows.size() < rows_per_step ? Engine::Visit::go_on : Engine::Visit::stop;
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    for (const auto& [key, row] : rows) {
      auto object = decode_row(key.token, key.bytes, row);
      if (auto kept = recover_row(key, std::move(object), before, shown); !kept)
        return std::unexpected(std::move(kept.error()));
      else
        ++(*kept ? answer.kept : answer.lost);
      after = key;
    }
  } while (rows.size() == rows_per_step);
  slot.state = causal::PartitionState(ActorId{}, 0, std::move(shown));
  touch(recover.partition);
  return answer;
}

/// False where the row is damaged: it goes.
Result<bool> Shard::recover_row(const ring::Key& key, Result<causal::Object> object, const causal::Seen& before,
                                causal::Seen& shown) {
  if (!object) {
    digests_.keep(key.token, 0);
    if (auto erased = engine_->erase(key); !erased) return std::unexpected(std::move(erased.error()));
    return false;
  }
  for (const causal::Sibling& sibling : object->siblings) shown.add(sibling.dot);
  const Bytes row = encode_row(key.token, causal::fill(*std::move(object), before));
  if (auto updated = engine_->update(key, row); !updated) return std::unexpected(std::move(updated.error()));
  return true;
}

Shard::Outcome<Answer> Shard::execute(const RefuseReads& refuse) {
  unread_ = {refuse.partitions.begin(), refuse.partitions.end()};
  return Done{};
}

Result<> Shard::may_be_read(PartitionId partition) const {
  if (auto may = may_be_used(partition); !may) return may;
  if (!unread_.contains(partition)) return {};
  return fail(ErrorCode::not_ready, "this replica lacks writes that it once had, and is fetching them from the others");
}

}  // namespace starling::storage
