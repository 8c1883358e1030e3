#include <utility>

#include "base/hash.hpp"
#include "causal/codec.hpp"
#include "storage/row.hpp"
#include "storage/shard.hpp"

/// The commands of a shard about hints: which keys it owes to whom, and what it keeps for others of
/// whose partitions it is no replica. A payload stands on the disk as a row does, filled and sealed.
namespace starling::storage {

namespace {

/// Another one after every change to what a hint delivers.
std::uint64_t fingerprint_of(const causal::Object& stored, BytesView payload) {
  return causal::fingerprint(stored) ^ (payload.empty() ? 0 : hash64(payload));
}

}  // namespace

// --- After a start ----------------------------------------------------------------------------

Result<> Shard::count_hints() {
  const auto counts = engine_->count_hints();
  if (!counts) return std::unexpected(counts.error());
  hints_ = {counts->begin(), counts->end()};
  hints_total_ = 0;
  for (const auto& [target, count] : *counts) hints_total_ += count;
  return {};
}

Result<> Shard::load_payload_dots() {
  for (const auto& [target, count] : hints_) {
    auto scanned = engine_->scan_hints(target, {}, [this](const Engine::Hint& hint, BytesView payload) {
      if (payload.empty()) return Engine::Visit::go_on;
      if (const auto object = decode_row(hint.key.token, hint.key.bytes, payload))
        payload_dots_[hint.partition].join(object->context);
      return Engine::Visit::go_on;
    });
    if (!scanned) return scanned;
  }
  return {};
}

// --- Keeping ----------------------------------------------------------------------------------

Result<KeptHint> Shard::keep_hint(const Engine::Hint& hint) {
  if (hints_total_ >= hints_max_) return KeptHint{hint.target, hint.partition, false};
  if (auto added = add_hint(hint); !added) return std::unexpected(std::move(added.error()));
  return KeptHint{hint.target, hint.partition, true};
}

Result<> Shard::add_hint(const Engine::Hint& hint) {
  const auto added = engine_->save_hint(hint);
  if (!added) return std::unexpected(added.error());
  if (*added) {
    ++hints_[hint.target];
    ++hints_total_;
  }
  return {};
}

Shard::Outcome<Answer> Shard::add_payload(const Engine::Hint& hint, causal::Object payload) {
  Bytes before;
  if (auto got = engine_->get_payload(hint, before); !got) return std::unexpected(std::move(got.error()));
  if (!before.empty()) {
    auto kept = decode_row(hint.key.token, hint.key.bytes, before);
    if (!kept) return Result<Answer>(std::unexpected(std::move(kept.error())));
    payload = causal::join(*std::move(kept), std::move(payload));
  }
  payload_dots_[hint.partition].join(payload.context);
  if (auto added = add_hint(hint); !added) return std::unexpected(std::move(added.error()));
  if (auto saved = engine_->save_payload(hint, encode_row(hint.key.token, payload)); !saved)
    return std::unexpected(std::move(saved.error()));
  return Done{};
}

Shard::Outcome<Answer> Shard::execute(const KeepHint& hint) {
  const auto kept = keep_hint({hint.target, hint.key, hint.partition});
  if (!kept) return std::unexpected(kept.error());
  return HintsAnswer{{*kept}};
}

Shard::Outcome<Answer> Shard::execute(const KeepPayload& keep) {
  auto payload = causal::decode_filled_object(keep.object);
  if (!payload) return Result<Answer>(std::unexpected(std::move(payload.error())));
  if (hints_total_ >= hints_max_)
    return Result<Answer>(fail(ErrorCode::overloaded, "this node keeps too much for others already"));
  return add_payload({keep.target, keep.key, keep.partition}, *std::move(payload));
}

// --- Delivering -------------------------------------------------------------------------------

Shard::Outcome<Answer> Shard::execute(const CountHints&) { return CountHintsAnswer{{hints_.begin(), hints_.end()}}; }

/// The hints are read first: a visitor must not call the engine.
Shard::Outcome<Answer> Shard::execute(const ListHints& list) {
  std::vector<std::pair<Engine::Hint, Bytes>> hints;
  ListHintsAnswer answer;
  std::size_t bytes = 0;
  auto scanned = engine_->scan_hints(list.target, list.after, [&](const Engine::Hint& hint, BytesView payload) {
    bytes += payload.size();
    if (hints.size() == list.hints_max || (bytes > list.bytes_max && !hints.empty())) {
      answer.complete_to = hints.back().first.key;
      return Engine::Visit::stop;
    }
    hints.emplace_back(hint, payload);
    return Engine::Visit::go_on;
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  bytes = 0;
  for (const auto& [hint, payload] : hints) {
    auto owed = hinted(hint, payload);
    if (!owed) return std::unexpected(std::move(owed.error()));
    if (!*owed) continue;  // A damaged row cannot be delivered; the others can.
    bytes += (*owed)->object.size();
    if (bytes > list.bytes_max && !answer.hints.empty()) {
      answer.complete_to = answer.hints.back().key;
      break;
    }
    answer.hints.push_back(**std::move(owed));
  }
  return answer;
}

Shard::Outcome<HintedObject> Shard::hinted(const Engine::Hint& hint, BytesView payload) {
  auto stored = load(hint.partition, hint.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<HintedObject>(std::unexpected(std::move(stored->error())));
  const std::uint64_t fingerprint = fingerprint_of((*stored)->object, payload);
  auto object = causal::fill(std::move((*stored)->object), slot(hint.partition).state.seen());
  if (!payload.empty()) {
    auto kept = decode_row(hint.key.token, hint.key.bytes, payload);
    if (!kept) return Result<HintedObject>(std::unexpected(std::move(kept.error())));
    object = causal::join(std::move(object), *std::move(kept));
  }
  return HintedObject{hint.partition, hint.key, causal::encode(object), fingerprint};
}

Shard::Outcome<Answer> Shard::execute(const SettleHints& settle) {
  Bytes payload;
  for (const auto& [partition, key, fingerprint] : settle.delivered) {
    const Engine::Hint hint{settle.target, key, partition};
    const auto exists = engine_->get_payload(hint, payload);
    if (!exists) return std::unexpected(exists.error());
    auto stored = load(partition, key);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*exists || !*stored || fingerprint_of((*stored)->object, payload) != fingerprint) continue;
    if (auto erased = erase_hint(hint); !erased) return std::unexpected(std::move(erased.error()));
  }
  return Done{};
}

Result<> Shard::erase_hint(const Engine::Hint& hint) {
  const auto erased = engine_->erase_hint(hint);
  if (!erased) return std::unexpected(erased.error());
  if (!*erased) return {};
  --hints_total_;
  if (--hints_[hint.target] == 0) hints_.erase(hint.target);
  return {};
}

// --- Another ring -----------------------------------------------------------------------------

Shard::Outcome<Answer> Shard::execute(const MoveHints& moves) {
  for (const MoveHints::Move& move : moves.moves)  // one that cannot be moved, for a damaged row, stays as it is
    if (auto moved = move_hint(moves.from, move); !moved) return moved;
  return Done{};
}

Shard::Outcome<Answer> Shard::move_hint(NodeId from, const MoveHints::Move& move) {
  const Engine::Hint hint{from, move.key, move.partition};
  Bytes bytes;
  const auto exists = engine_->get_payload(hint, bytes);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return Done{};
  causal::Object payload;
  if (!bytes.empty()) {
    auto kept = decode_row(move.key.token, move.key.bytes, bytes);
    if (!kept) return Result<Answer>(std::unexpected(std::move(kept.error())));
    payload = *std::move(kept);
    if (move.to_ourselves) {
      Merge merge{move.partition, move.key, causal::encode(payload)};
      if (auto merged = execute(merge); !merged || !*merged) return merged;
    }
  }
  for (const NodeId target : move.to) {
    const Engine::Hint moved{target, move.key, move.partition};
    if (bytes.empty()) {
      if (auto added = add_hint(moved); !added) return std::unexpected(std::move(added.error()));
    } else if (auto added = add_payload(moved, payload); !added || !*added) {
      return added;
    }
  }
  if (auto erased = erase_hint(hint); !erased) return std::unexpected(std::move(erased.error()));
  return Done{};
}

}  // namespace starling::storage
