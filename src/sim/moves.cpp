#include "sim/moves.hpp"

#include <algorithm>
#include <utility>

#include "ring/key.hpp"
#include "sim/history.hpp"
#include "topology/cluster_record.hpp"

namespace starling::sim {

namespace {

constexpr Instant end_of_time{Duration::max()};

std::optional<ring::Ring> decode(const Bytes& bytes) {
  auto ring = ring::decode_ring(bytes);
  return ring ? std::optional(*std::move(ring)) : std::nullopt;
}

}  // namespace

void MoveWatch::on_started(HostIndex host, const storage::BootRecord& boot, Instant now) {
  Machine& machine = machines_[host];
  leave(machine, now, changes_);
  const auto record = boot.records.find(topology::ring_record_name);
  machine = {.node = boot.node,
             .goes_by = record == boot.records.end() ? std::nullopt : decode(record->second),
             .saved = std::nullopt};
  if (machine.goes_by) note(*machine.goes_by, now);
}

void MoveWatch::on_committed(HostIndex host, const storage::Command& command, const Result<storage::Answer>& answer,
                             Instant now) {
  const auto* save = std::get_if<storage::SaveRecord>(&command);
  if (!save || !answer || save->name != topology::ring_record_name) return;
  Machine& machine = machines_[host];
  machine.saved = decode(save->bytes);
  if (machine.saved) note(*machine.saved, now);
}

void MoveWatch::on_adopted(HostIndex host, Instant now) {
  Machine& machine = machines_[host];
  if (!machine.saved) return;
  leave(machine, now, changes_);
  machine.goes_by = std::exchange(machine.saved, std::nullopt);
}

void MoveWatch::note(const ring::Ring& ring, Instant now) {
  any_ring_ = ring;
  for (std::uint16_t i = 0; i < ring.partitions(); ++i) changes_[{i}].try_emplace(ring.version({i}), Change{now, now});
}

/// It serves by its lists no more.
void MoveWatch::leave(const Machine& machine, Instant now, Changes& changes) {
  if (!machine.goes_by) return;
  for (const PartitionId partition : machine.goes_by->partitions_of(machine.node)) {
    auto& of_partition = changes[partition];
    for (auto newer = of_partition.upper_bound(machine.goes_by->version(partition)); newer != of_partition.end();
         ++newer)
      newer->second.until = std::max(newer->second.until, now);
  }
}

std::vector<Move> MoveWatch::moves(std::size_t keys, const std::vector<Loss>& losses) const {
  Changes changes = changes_;
  for (const auto& [host, machine] : machines_) {
    Instant serves_until = end_of_time;
    for (const Loss& loss : losses)
      if (loss.silent && loss.host == host) serves_until = loss.until;
    leave(machine, serves_until, changes);
  }
  std::vector<Move> moves;
  for (std::size_t key = 0; key < keys && any_ring_; ++key) {
    const Token token = ring::Key::make("", History::key_name(key))->token;
    for (const auto& [version, change] : changes[any_ring_->partition_of(token)])
      moves.push_back({key, change.since, change.until});
  }
  return moves;
}

}  // namespace starling::sim
