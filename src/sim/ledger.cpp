#include "sim/ledger.hpp"

#include <fmt/format.h>

#include "causal/codec.hpp"
#include "ring/ring.hpp"
#include "sim/history.hpp"
#include "topology/cluster_record.hpp"

namespace starling::sim {

void Ledger::on_committed(const storage::Command& command, const Result<storage::Answer>& answer) {
  const auto* put = std::get_if<storage::Put>(&command);
  const auto* merge = std::get_if<storage::Merge>(&command);
  const auto* get = std::get_if<storage::Get>(&command);
  if (get && answer) on_state(get->key, std::get<storage::GetAnswer>(*answer).object);
  if (merge && answer)
    if (const auto object = causal::decode_object(merge->object)) on_merged(merge->partition, *object);
  const auto* page = std::get_if<storage::MergePage>(&command);
  if (page && answer)
    for (const auto& row : page->rows) on_merged(page->partition, row.object);
  if (put && answer) on_put(*put, std::get<storage::PutAnswer>(*answer));
  const auto* reap = std::get_if<storage::Reap>(&command);
  if (reap && answer) on_reaped(*reap, std::get<storage::ReapAnswer>(*answer));
  const auto* save = std::get_if<storage::SaveRecord>(&command);
  if (save && answer) on_saved(*save);
  if (put && !answer && answer.error().code == ErrorCode::storage_failed) ++in_doubt_[put->partition];
}

void Ledger::on_put(const storage::Put& put, const storage::PutAnswer& answer) {
  on_issued(put.partition, answer.dot, put.sibling.request);
  keys_.emplace(put.key, put.partition);
  if (const auto object = causal::decode_object(answer.object)) on_state(put.key, *object);
}

void Ledger::on_issued(PartitionId partition, causal::Dot dot, std::uint64_t request) {
  // A request that comes again finds what it wrote, and is told its dot.
  const auto [known, fresh] = requests_.try_emplace({partition, dot}, request);
  if (!fresh && request != 0 && known->second == request) return;
  known->second = request;
  std::uint64_t& last = issued_[{partition, dot.actor}];
  const bool twice = dot.n <= last && !forgotten_by_all({partition, dot});
  if (twice || dot.n > last + 1 + in_doubt_[partition])
    violations_.push_back(
        {"no dot twice",
         fmt::format("partition {}: actor {} issued {} after {}", partition.value, to_string(dot.actor), dot.n, last),
         {}});
  last = dot.n;
}

void Ledger::on_opened(Disk& disk) {
  for (const auto& [key, partition] : keys_)
    if (const auto answer = disk.look(storage::Get{partition, key}))
      on_state(key, std::get<storage::GetAnswer>(*answer).object);
}

void Ledger::on_state(const ring::Key& key, const causal::Object& object) {
  if (!object.filled()) report("whole objects", "a replica has a sibling that its own context does not cover", key);
  std::vector<causal::Dot> dots;
  for (const causal::Sibling& sibling : object.siblings)
    if (!sibling.tombstone) dots.push_back(sibling.dot);
  const auto [known, fresh] = digests_.try_emplace({key, causal::digest(object)}, dots);
  if (!fresh && known->second != dots) report("honest digests", "different siblings have one digest", key);
}

/// A replica that has not seen a delete would have to find out without the tombstone what it missed.
void Ledger::on_reaped(const storage::Reap& reap, const storage::ReapAnswer& answer) {
  for (const causal::Dot dot : answer.dots)
    for (const causal::Seen& witness : reap.witnesses)
      if (!witness.contains(dot))
        violations_.push_back(
            {"reaped by proof",
             fmt::format("partition {}: a tombstone went that another replica has not seen", reap.partition.value),
             {}});
}

void Ledger::on_saved(const storage::SaveRecord& save) {
  if (save.name != topology::ring_record_name || save.bytes.empty()) return;
  const auto ring = ring::decode_ring(save.bytes);
  if (!ring) return;
  const auto [known, fresh] = rings_.try_emplace({ring->cluster(), ring->epoch()}, save.bytes);
  if (!fresh && known->second != save.bytes)
    violations_.push_back({"one ring", fmt::format("there are two rings of epoch {}", ring->epoch().value), {}});
}

void Ledger::report(std::string rule, std::string what, const ring::Key& key) {
  violations_.push_back({std::move(rule), std::move(what), History::key_of(key.key()).value_or(0)});
}

void Ledger::on_merged(PartitionId partition, const causal::Object& object) {
  for (const causal::Sibling& sibling : object.siblings) witnessed_.insert({partition, sibling.dot});
}

}  // namespace starling::sim
