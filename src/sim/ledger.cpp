#include "sim/ledger.hpp"

#include <fmt/format.h>

#include "causal/codec.hpp"

namespace starling::sim {

void Ledger::on_committed(const storage::Command& command, const Result<storage::Answer>& answer) {
  const auto* put = std::get_if<storage::Put>(&command);
  const auto* merge = std::get_if<storage::Merge>(&command);
  if (merge && answer) on_merged(*merge);
  if (put && answer) on_issued(put->partition, std::get<storage::PutAnswer>(*answer).dot, put->sibling.request);
  if (put && !answer && answer.error().code == ErrorCode::storage_failed) ++in_doubt_[put->partition];
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

void Ledger::on_merged(const storage::Merge& merge) {
  const auto object = causal::decode_object(merge.object);
  if (!object) return;
  for (const causal::Sibling& sibling : object->siblings) witnessed_.insert({merge.partition, sibling.dot});
}

}  // namespace starling::sim
