#include "forget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/random.hpp"
#include "storage/kept_state.hpp"
#include "storage/row.hpp"
#include "storage/sqlite/sqlite_engine.hpp"

namespace starling::tools {

namespace {

constexpr Token last_token{~std::uint64_t{0}};

using States = std::map<PartitionId, causal::PartitionState>;

/// A row whose writes another replica has issued.
struct Write {
  ring::Key key;
  std::uint64_t issued_at{};
  std::vector<causal::Dot> dots;
};

Result<States> read_states(storage::Engine& engine) {
  auto rows = engine.load_states();
  if (!rows) return std::unexpected(rows.error());
  States states;
  for (const auto& [partition, sealed] : rows->rows) {
    auto kept = storage::decode_kept(partition, sealed);
    if (!kept) return std::unexpected(std::move(kept.error()));
    states.emplace(partition, std::move(kept->state));
  }
  return states;
}

PartitionId partition_of(Token token, std::uint32_t partitions) {
  return {static_cast<std::uint16_t>((static_cast<unsigned __int128>(token.value) * partitions) >> 64)};
}

Result<std::vector<Write>> find_writes(storage::Engine& engine, const States& states, std::uint32_t partitions) {
  std::vector<Write> writes;
  auto scanned = engine.scan({}, last_token, [&](Token token, BytesView key, BytesView row) {
    const auto object = storage::decode_row(token, key, row);
    const auto state = states.find(partition_of(token, partitions));
    if (!object || state == states.end()) return storage::Engine::Visit::go_on;
    Write write{{.bytes = Bytes(key), .token = token}, 0, {}};
    for (const causal::Sibling& sibling : object->siblings) {
      if (sibling.dot.actor == state->second.actor()) return storage::Engine::Visit::go_on;
      write.issued_at = std::max(write.issued_at, sibling.hlc);
      write.dots.push_back(sibling.dot);
    }
    if (!write.dots.empty()) writes.push_back(std::move(write));
    return storage::Engine::Visit::go_on;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return writes;
}

void choose(std::vector<Write>& writes, const ForgetPlan& plan) {
  if (plan.form == ForgetPlan::Form::outage) {
    std::ranges::sort(writes, std::ranges::greater{}, &Write::issued_at);
  } else {
    Random random(plan.writes);
    for (std::size_t i = 0; i < plan.writes; ++i) std::swap(writes[i], writes[i + random.below(writes.size() - i)]);
  }
  writes.resize(plan.writes);
}

/// The set without these, which are in order.
causal::DotSet without(const causal::DotSet& dots, const std::vector<std::uint64_t>& gone) {
  const std::uint64_t base = std::min(dots.base(), gone.front() - 1);
  causal::Bitmap above = dots.above();
  above.addRange(base + 1, dots.base() + 1);
  for (const std::uint64_t n : gone) above.remove(static_cast<std::uint32_t>(n));
  return {base, std::move(above)};
}

causal::PartitionState without(const causal::PartitionState& state,
                               const std::map<ActorId, std::vector<std::uint64_t>>& gone) {
  causal::Seen seen;
  for (const auto& [actor, dots] : state.seen().actors()) {
    const auto some = gone.find(actor);
    seen.join(actor, some == gone.end() ? dots : without(dots, some->second));
  }
  return {state.actor().value_or(ActorId{}), state.counter(), std::move(seen)};
}

Result<> forget(storage::Engine& engine, const States& states, const std::vector<Write>& writes,
                std::uint32_t partitions) {
  std::map<PartitionId, std::map<ActorId, std::vector<std::uint64_t>>> gone;
  if (auto begun = engine.begin(); !begun) return begun;
  for (const Write& write : writes) {
    if (auto erased = engine.erase(write.key); !erased) return erased;
    for (const causal::Dot dot : write.dots)
      gone[partition_of(write.key.token, partitions)][dot.actor].push_back(dot.n);
  }
  std::vector<storage::Engine::StateRow> rows;
  for (auto& [partition, actors] : gone) {
    for (auto& [actor, counters] : actors) std::ranges::sort(counters);
    rows.emplace_back(partition, storage::encode_kept(partition, without(states.at(partition), actors)));
  }
  if (auto saved = engine.save_states(rows); !saved) return saved;
  return engine.commit();
}

}  // namespace

Result<std::uint64_t> forget_writes(const ForgetPlan& plan) {
  auto engine = storage::SqliteEngine::open({.directory = plan.directory});
  if (!engine) return std::unexpected(engine.error());
  const auto states = read_states(**engine);
  if (!states) return std::unexpected(states.error());
  auto writes = find_writes(**engine, *states, plan.partitions);
  if (!writes) return std::unexpected(writes.error());
  if (writes->size() < plan.writes)
    return fail(ErrorCode::invalid,
                fmt::format("{} writes there were issued by other replicas, too few to forget {} of them",
                            writes->size(), plan.writes));
  if (plan.writes == 0) return 0;
  choose(*writes, plan);
  if (auto forgotten = forget(**engine, *states, *writes, plan.partitions); !forgotten)
    return std::unexpected(forgotten.error());
  return plan.writes;
}

}  // namespace starling::tools
