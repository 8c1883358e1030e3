#include <utility>

#include "causal/codec.hpp"
#include "storage/shard.hpp"

/// The commands of a shard about hints: which keys it owes to whom.
namespace starling::storage {

Result<> Shard::count_hints() {
  const auto counts = engine_->count_hints();
  if (!counts) return std::unexpected(counts.error());
  hints_ = {counts->begin(), counts->end()};
  hints_total_ = 0;
  for (const auto& [target, count] : *counts) hints_total_ += count;
  return {};
}

Result<bool> Shard::keep_hint(const Engine::Hint& hint) {
  if (hints_total_ >= hints_max_) return false;
  const auto added = engine_->save_hint(hint);
  if (!added) return std::unexpected(added.error());
  if (*added) {
    ++hints_[hint.target];
    ++hints_total_;
  }
  return true;
}

Shard::Outcome<Answer> Shard::execute(const KeepHint& hint) {
  const auto kept = keep_hint({hint.target, hint.key, hint.partition});
  if (!kept) return std::unexpected(kept.error());
  if (!*kept) return Result<Answer>(fail(ErrorCode::overloaded, "there are too many hints already"));
  return Done{};
}

Shard::Outcome<Answer> Shard::execute(const CountHints&) { return CountHintsAnswer{{hints_.begin(), hints_.end()}}; }

/// The hints are read first: a visitor must not call the engine.
Shard::Outcome<Answer> Shard::execute(const ListHints& list) {
  std::vector<Engine::Hint> hints;
  ListHintsAnswer answer;
  auto scanned = engine_->scan_hints(list.target, list.after, [&](const Engine::Hint& hint) {
    if (hints.size() == list.hints_max) {
      answer.complete_to = hints.back().key;
      return Engine::Visit::stop;
    }
    hints.push_back(hint);
    return Engine::Visit::go_on;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  std::size_t bytes = 0;
  for (Engine::Hint& hint : hints) {
    auto stored = load(hint.key);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored) continue;  // A damaged row cannot be delivered; the others can.
    const std::uint64_t fingerprint = causal::fingerprint((*stored)->object);
    Bytes object = causal::encode(causal::fill(std::move((*stored)->object), slot(hint.partition).state.seen()));
    bytes += object.size();
    if (bytes > list.bytes_max && !answer.hints.empty()) {
      answer.complete_to = answer.hints.back().key;
      break;
    }
    answer.hints.push_back({hint.partition, std::move(hint.key), std::move(object), fingerprint});
  }
  return answer;
}

Shard::Outcome<Answer> Shard::execute(const SettleHints& settle) {
  for (const auto& [partition, key, fingerprint] : settle.delivered) {
    auto stored = load(key);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored || causal::fingerprint((*stored)->object) != fingerprint) continue;
    const auto erased = engine_->erase_hint({settle.target, key, partition});
    if (!erased) return std::unexpected(erased.error());
    if (*erased) forget_hint(settle.target);
  }
  return Done{};
}

void Shard::forget_hint(NodeId target) {
  --hints_total_;
  if (--hints_[target] == 0) hints_.erase(target);
}

}  // namespace starling::storage
