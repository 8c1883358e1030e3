#include <algorithm>
#include <utility>

#include "storage/row_page.hpp"
#include "storage/shard.hpp"

/// The commands of a shard about the Merkle trees of its partitions. Trees are kept in memory, built by
/// reading all rows once, and dropped whenever a batch has failed: then nobody knows them any more.
namespace starling::storage {

Shard::Outcome<Answer> Shard::execute(const Survey& survey) {
  SurveyAnswer answer;
  answer.partitions.reserve(survey.partitions.size());
  for (const PartitionId partition : survey.partitions) {
    const Slot& slot = this->slot(partition);
    PartitionSurvey& found = answer.partitions.emplace_back();
    found.partition = partition;
    found.seen = slot.state.seen();
    found.damaged = slot.damaged;
    if (!slot.index || !slot.index->built()) continue;
    const MerkleTree& tree = slot.index->tree();
    found.root = tree.root();
    found.live = tree.live();
    found.tombstones = tree.spent();
    found.tree_built = true;
  }
  return answer;
}

/// Damaged rows count nothing, so that the tree is unlike those of the other replicas.
Shard::Outcome<Answer> Shard::execute(const BuildTree& build) {
  if (auto may = may_be_used(build.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  std::optional<PartitionIndex>& index = slot(build.partition).index;
  const TokenRange tokens{build.first, build.last};
  if (!index || index->tree().partition() != tokens || index->outgrown()) index.emplace(tokens);
  if (index->built()) return BuildTreeAnswer{true};
  const RowPage page{.first = build.first,
                     .last = build.last,
                     .after = index->read_to(),
                     .rows_max = tree_rows_,
                     .damage = RowPage::Damage::passed_over,
                     .damage_met = &slot(build.partition).damaged};
  auto read_to = page.read(*engine_, [&](const ring::Key& key, const causal::Object& object, std::size_t) {
    index->add(key, share_of(key.token, object));
    return RowPage::Verdict::taken;
  });
  if (!read_to) return std::unexpected(std::move(read_to.error()));
  if ((*read_to)->bytes.empty())
    index->read_all();
  else
    index->read_up_to(**std::move(read_to));
  return BuildTreeAnswer{index->built()};
}

Shard::Outcome<Answer> Shard::execute(const DropTree& drop) {
  slot(drop.partition).index.reset();
  return Done{};
}

Shard::Outcome<Answer> Shard::execute(const SumLeaves& sum) {
  const std::optional<PartitionIndex>& index = slot(sum.partition).index;
  if (!index || !index->built()) return SumLeavesAnswer{};
  const MerkleTree& tree = index->tree();
  return SumLeavesAnswer{.built = true, .bits = std::min(sum.bits, tree.bits()), .sums = tree.fold(sum.bits)};
}

}  // namespace starling::storage
