#include "repair/marks.hpp"

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

}  // namespace starling::repair
