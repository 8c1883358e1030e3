#include "transfer/views.hpp"

#include <algorithm>

#include "causal/codec.hpp"

namespace starling::transfer {

wire::RepairView to_wire(const storage::PartitionSurvey& survey) {
  return {.partition = survey.partition,
          .seen = causal::encode(survey.seen),
          .tree_built = survey.tree_built,
          .root = survey.tree_built ? survey.root : 0};
}

Result<std::vector<TheirView>> from_wire(const std::vector<wire::RepairView>& views,
                                         const std::vector<PartitionId>& shared) {
  std::vector<TheirView> theirs;
  theirs.reserve(std::min(views.size(), shared.size()));
  for (const auto& view : views) {
    if (!std::ranges::binary_search(shared, view.partition) ||
        (!theirs.empty() && view.partition <= theirs.back().partition))
      return fail(ErrorCode::malformed, "a view of a partition that was not asked for");
    auto seen = causal::decode_seen(view.seen);
    if (!seen) return std::unexpected(std::move(seen.error()));
    theirs.push_back({view.partition, *std::move(seen), view.tree_built, view.root});
  }
  return theirs;
}

}  // namespace starling::transfer
