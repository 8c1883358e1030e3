#include <algorithm>
#include <utility>

#include "base/planted.hpp"
#include "storage/row_page.hpp"
#include "storage/shard.hpp"

/// How tombstones go: by proof, never by age. A tombstone is needed as long as some replica may still hold what
/// it has deleted without having seen the delete; once all have seen it nobody can bring it back.
namespace starling::storage {

namespace {

/// A call ends after so many spent rows, of so many bytes: others wait for it.
constexpr std::size_t spent_rows_max = 128;
constexpr std::size_t spent_bytes_max = 1U << 20;

bool seen_by_all(causal::Dot dot, const std::vector<causal::Seen>& witnesses) {
  const auto has_seen = [dot](const causal::Seen& seen) { return seen.contains(dot); };
  if (planted(Bug::reaped_without_proof)) return witnesses.empty() || std::ranges::any_of(witnesses, has_seen);
  return std::ranges::all_of(witnesses, has_seen);
}

}  // namespace

/// They are read first: a visitor must not call the engine.
Result<std::vector<Shard::Found>> Shard::find_spent(PartitionIndex& index) {
  std::vector<Found> rows;
  std::size_t bytes = 0;
  const auto take = [&](const ring::Key& key, causal::Object& object, std::size_t row_bytes) {
    if (share_of(key.token, object).spent == 0) return RowPage::Verdict::passed_over;
    bytes += row_bytes;
    if (bytes > spent_bytes_max && !rows.empty()) return RowPage::Verdict::no_room;
    rows.push_back({key, std::move(object)});
    return RowPage::Verdict::taken;
  };
  while (const auto leaves = index.tree().next_spent(index.reaped_to().token)) {
    const ring::Key start{.bytes = {}, .token = leaves->first};
    const RowPage page{.first = leaves->first,
                       .last = leaves->last,
                       .after = std::max(index.reaped_to(), start),
                       .rows_max = spent_rows_max - rows.size(),
                       .damage = RowPage::Damage::passed_over};
    auto complete_to = page.read(*engine_, take);
    if (!complete_to) return std::unexpected(std::move(complete_to.error()));
    const bool to_the_end = (*complete_to)->bytes.empty();
    if (to_the_end && leaves->last == index.tree().partition().last) break;
    index.reaped_up_to(to_the_end ? ring::Key{.bytes = {}, .token = Token{leaves->last.value + 1}}
                                  : **std::move(complete_to));
    if (!to_the_end || rows.size() == spent_rows_max) return rows;
  }
  index.reaped_up_to(index.start());
  return rows;
}

Shard::Outcome<Answer> Shard::execute(const Reap& reap) {
  Slot& slot = this->slot(reap.partition);
  ReapAnswer answer;
  if (!slot.index || !slot.index->built()) return answer;
  auto rows = find_spent(*slot.index);
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (auto& [key, object] : *rows) {
    const Place place = place_of(reap.partition, key, object, true);
    const std::size_t gone = std::erase_if(object.siblings, [&](const causal::Sibling& sibling) {
      const bool goes =
          sibling.tombstone && slot.state.seen().contains(sibling.dot) && seen_by_all(sibling.dot, reap.witnesses);
      if (goes) answer.dots.push_back(sibling.dot);
      return goes;
    });
    const causal::Object stripped = causal::strip(std::move(object), slot.state.seen());
    const bool says_nothing = stripped.siblings.empty() && stripped.context.empty();
    if (gone == 0 && !says_nothing) continue;
    if (auto kept = keep(place, stripped); !kept) return std::unexpected(std::move(kept.error()));
    answer.reaped += gone;
    answer.rows_gone += says_nothing ? 1 : 0;
  }
  answer.more = slot.index->reaped_to() != slot.index->start();
  return answer;
}

}  // namespace starling::storage
