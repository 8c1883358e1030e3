#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "causal/codec.hpp"
#include "storage/records.hpp"
#include "storage/row.hpp"
#include "storage/shard.hpp"

/// The commands of a shard that change something. Each decides whether it can be done before it
/// touches anything: what is begun here can only be undone with the whole batch.
namespace starling::storage {

namespace {

/// A put that makes the siblings fewer is let through even where they remain too many.
bool would_overflow(const causal::Object& stored, const Put& put) {
  const auto& siblings = stored.siblings;
  const bool repeated = std::ranges::any_of(
      siblings, [&](const auto& old) { return old.request != 0 && old.request == put.sibling.request; });
  if (put.siblings_max == 0 || repeated) return false;
  const auto stay = std::ranges::count_if(siblings, [&](const auto& old) { return !put.context.covers(old.dot); });
  const auto after = static_cast<std::size_t>(stay) + 1;
  return after > put.siblings_max && after > siblings.size();
}

std::uint32_t live_siblings(const causal::Object& object) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(object.siblings, [](const auto& sibling) { return !sibling.tombstone; }));
}

}  // namespace

Shard::Outcome<Answer> Shard::execute(Put& put) {
  if (auto may = may_be_used(put.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  auto stored = load(put.partition, put.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<Answer>(std::unexpected(std::move(stored->error())));
  auto& [object, exists] = **stored;
  if (would_overflow(object, put))
    return Result<Answer>(fail(ErrorCode::too_many_siblings,
                               fmt::format("the key has {} siblings: read it, and write with the context of that read",
                                           object.siblings.size())));

  const Place place = place_of(put.partition, put.key, object, exists);
  causal::PartitionState& state = slot(put.partition).state;
  auto outcome = causal::apply_put(state, std::move(object), put.context, std::move(put.sibling), random_);
  PutAnswer answer{.dot = outcome.dot,
                   .siblings = live_siblings(outcome.filled),
                   .context = outcome.filled.context,
                   .object = causal::encode(outcome.filled)};
  for (const NodeId target : put.hinted) {
    const auto kept = keep_hint({target, put.key, put.partition});
    if (!kept) return std::unexpected(kept.error());
    answer.hints.push_back(*kept);
  }
  if (outcome.repeated) return answer;
  touch(put.partition);
  if (auto kept = keep(place, causal::strip(std::move(outcome.filled), state.seen())); !kept)
    return std::unexpected(std::move(kept.error()));
  return answer;
}

Shard::Outcome<Answer> Shard::execute(Merge& merge) {
  if (auto may = may_be_used(merge.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  auto incoming = causal::decode_filled_object(merge.object);
  if (!incoming) return Result<Answer>(std::unexpected(std::move(incoming.error())));
  const auto changed = this->merge(merge.partition, merge.key, *std::move(incoming), Incoming::one);
  if (!changed) return std::unexpected(changed.error());
  if (!*changed) return Result<Answer>(std::unexpected(changed->error()));
  return MergeAnswer{.changed = **changed};
}

Shard::Outcome<Answer> Shard::execute(MergePage& page) {
  if (auto may = may_be_used(page.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  const auto all_new = are_all_new(page.rows);
  if (!all_new) return std::unexpected(all_new.error());
  const Incoming incoming = *all_new ? Incoming::of_many_new : Incoming::of_many;
  std::optional<Error> passed_over;
  for (ScannedRow& row : page.rows) {
    const auto changed = merge(page.partition, row.key, std::move(row.object), incoming);
    if (!changed) return std::unexpected(changed.error());
    if (!*changed && !passed_over) passed_over = changed->error();
  }
  if (passed_over) return Result<Answer>(std::unexpected(*std::move(passed_over)));
  if (!page.seen) return Done{};
  slot(page.partition).state.join_seen(*page.seen);
  touch(page.partition);
  return Done{};
}

/// One look for all of them, when they are in order: then nothing lies between the first and the last.
Result<bool> Shard::are_all_new(const std::vector<ScannedRow>& rows) {
  if (rows.empty()) return true;
  const auto not_before = [](const ScannedRow& a, const ScannedRow& b) { return a.key >= b.key; };
  if (std::ranges::adjacent_find(rows, not_before) != rows.end()) return false;
  bool empty = true;
  const ring::Key start{.bytes = {}, .token = rows.front().key.token};
  auto scanned = engine_->scan(start, rows.back().key.token, [&](Token, BytesView, BytesView) {
    empty = false;
    return Engine::Visit::stop;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return empty;
}

Shard::Outcome<bool> Shard::merge(PartitionId partition, const ring::Key& key, causal::Object object,
                                  Incoming incoming) {
  auto found = incoming == Incoming::of_many_new ? Outcome<Stored>(Stored{}) : load(partition, key);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return Result<bool>(std::unexpected(std::move(found->error())));
  auto& [stored, exists] = **found;

  Place place = place_of(partition, key, stored, exists);
  place.asked_for = incoming == Incoming::one || exists;
  if (planted(Bug::leaf_not_updated)) place.share.reset();
  causal::PartitionState& state = slot(partition).state;
  auto outcome = causal::apply_merge(state, std::move(stored), std::move(object));
  if ((outcome.changed || outcome.learned) && !planted(Bug::seen_not_saved)) touch(partition);
  if (outcome.changed) {
    if (auto kept = keep(place, causal::strip(std::move(outcome.filled), state.seen())); !kept)
      return std::unexpected(std::move(kept.error()));
  }
  return outcome.changed;
}

Shard::Outcome<Answer> Shard::execute(const DoubtActors& doubt) {
  for (const PartitionId partition : doubt.partitions) {
    slot(partition).state.doubt_actor();
    touch(partition);
  }
  return Done{};
}

Shard::Outcome<Answer> Shard::execute(const SaveRecord& save) {
  if (save.name.empty() || save.name.starts_with(reserved_prefix))
    return Result<Answer>(fail(ErrorCode::invalid, fmt::format("\"{}\" is no name for a record", save.name)));
  if (auto saved = save_sealed_record(*engine_, save.name, save.bytes); !saved)
    return std::unexpected(std::move(saved.error()));
  return Done{};
}

}  // namespace starling::storage
