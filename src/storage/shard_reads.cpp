#include <utility>

#include "storage/shard.hpp"

/// The commands of a shard that look something up.
namespace starling::storage {

Shard::Outcome<Answer> Shard::execute(const Get& get) {
  if (auto may = may_be_read(get.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  auto stored = load(get.partition, get.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<Answer>(std::unexpected(std::move(stored->error())));
  return GetAnswer{causal::fill(std::move((*stored)->object), slot(get.partition).state.seen())};
}

Shard::Outcome<Answer> Shard::execute(const GetDigest& get) {
  if (auto may = may_be_read(get.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  if (const std::uint64_t known = digests_.find(get.key.token); known != 0) return DigestAnswer{known};
  auto stored = load(get.partition, get.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<Answer>(std::unexpected(std::move(stored->error())));
  const std::uint64_t digest = causal::digest((*stored)->object);
  digests_.keep(get.key.token, digest);
  return DigestAnswer{digest};
}

Shard::Outcome<Answer> Shard::execute(const CheckActors& check) {
  CheckActorsAnswer answer;
  for (const auto& [partition, actor, counter] : check.claims) {
    const auto payloads = payload_dots_.find(partition);
    const bool in_payload = payloads != payload_dots_.end() && payloads->second[actor] > counter;
    if (in_payload || slot(partition).state.seen().max(actor) > counter) answer.ahead.push_back(partition);
  }
  return answer;
}

Shard::Outcome<Answer> Shard::execute(const ListActors&) {
  ListActorsAnswer answer;
  for (std::uint16_t i = 0; i < slots_.size(); ++i) {
    const causal::PartitionState& state = slots_[i].state;
    if (const auto actor = state.actor()) answer.claims.push_back({PartitionId{i}, *actor, state.counter()});
  }
  return answer;
}

}  // namespace starling::storage
