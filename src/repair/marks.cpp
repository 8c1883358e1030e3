#include "repair/marks.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "causal/codec.hpp"

namespace starling::repair {

namespace {

void append_fixed(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

std::vector<PartitionId> shared_partitions(const ring::Ring& ring, NodeId a, NodeId b) {
  std::vector<PartitionId> shared = ring.partitions_of(a);
  std::erase_if(shared, [&](PartitionId partition) { return !ring.owns(b, partition); });
  return shared;
}

Bytes mark_of(const storage::PartitionSurvey& survey, wire::RequestId salt) {
  Bytes content = causal::encode(survey.seen);
  append_fixed(content, salt.value, 8);
  append_fixed(content, survey.tree_built ? survey.root : 0, 8);
  content += survey.tree_built ? '\1' : '\0';
  Bytes mark;
  append_fixed(mark, hash64(content), mark_bytes);
  return mark;
}

Bytes marks_of(const std::vector<storage::PartitionSurvey>& surveys, wire::RequestId salt) {
  Bytes marks;
  marks.reserve(surveys.size() * mark_bytes);
  for (const auto& survey : surveys) marks += mark_of(survey, salt);
  return marks;
}

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

}  // namespace starling::repair
