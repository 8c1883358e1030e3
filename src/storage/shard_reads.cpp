#include <fmt/format.h>

#include <optional>
#include <utility>

#include "storage/row.hpp"
#include "storage/shard.hpp"

/// The commands of a shard that change nothing.
namespace starling::storage {

namespace {

/// A scan returns after so many rows even when none of them matched: other commands wait for it.
constexpr std::size_t scan_visits_max = 10'000;

/// Gathers the rows of one scan and knows when it has enough.
class Page {
 public:
  Page(const Scan& scan, const causal::Seen& seen) : scan_(scan), seen_(seen) {}

  Engine::Visit visit(Token token, BytesView key, BytesView row) {
    const bool matches = key.starts_with(scan_.prefix);
    const bool full = answer_.rows.size() == scan_.rows_max || visits_ == scan_visits_max ||
                      (matches && !answer_.rows.empty() && bytes_ + row.size() > scan_.bytes_max);
    if (full) {
      answer_.complete_to = std::move(last_);
      return Engine::Visit::stop;
    }
    ++visits_;
    last_ = {.bytes = Bytes(key), .token = token};
    if (!matches) return Engine::Visit::go_on;
    auto object = decode_row(token, key, row);
    if (!object) {
      // To pass over it would be to say that there is no such key.
      damage_ = std::move(object.error());
      return Engine::Visit::stop;
    }
    bytes_ += row.size();
    answer_.rows.push_back({.key = last_, .object = causal::fill(*std::move(object), seen_)});
    return Engine::Visit::go_on;
  }

  Result<Answer> take() && {
    if (damage_) return std::unexpected(*std::move(damage_));
    return std::move(answer_);
  }

 private:
  const Scan& scan_;
  const causal::Seen& seen_;
  ScanAnswer answer_;
  ring::Key last_;
  std::size_t bytes_{};
  std::size_t visits_{};
  std::optional<Error> damage_;
};

}  // namespace

Shard::Outcome<Answer> Shard::execute(const Get& get) {
  auto stored = load(get.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<Answer>(std::unexpected(std::move(stored->error())));
  return GetAnswer{causal::fill(std::move((*stored)->object), slot(get.partition).state.seen())};
}

Shard::Outcome<Answer> Shard::execute(const GetDigest& get) {
  if (const std::uint64_t known = digests_.find(get.key.token); known != 0) return DigestAnswer{known};
  auto stored = load(get.key);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return Result<Answer>(std::unexpected(std::move(stored->error())));
  const std::uint64_t digest = causal::digest((*stored)->object);
  digests_.keep(get.key.token, digest);
  return DigestAnswer{digest};
}

Shard::Outcome<Answer> Shard::execute(const Scan& scan) {
  if (scan.rows_max == 0) return Result<Answer>(fail(ErrorCode::invalid, "a scan returns at least one row"));
  Page page(scan, slot(scan.partition).state.seen());
  const ring::Key after = scan.after.bytes.empty() ? ring::Key{.bytes = {}, .token = scan.first} : scan.after;
  auto scanned = engine_->scan(after, scan.last,
                               [&](Token token, BytesView key, BytesView row) { return page.visit(token, key, row); });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return std::move(page).take();
}

Shard::Outcome<Answer> Shard::execute(const CheckActors& check) {
  CheckActorsAnswer answer;
  for (const ActorClaim& claim : check.claims)
    if (slot(claim.partition).state.seen().max(claim.actor) > claim.counter) answer.ahead.push_back(claim.partition);
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
