#include "coordinator/read_repair.hpp"

#include <algorithm>
#include <utility>

#include "causal/codec.hpp"

namespace starling::coordinator {

namespace {

std::vector<causal::Dot> dots_of(const causal::Object& object) {
  std::vector<causal::Dot> dots;
  dots.reserve(object.siblings.size());
  for (const auto& sibling : object.siblings) dots.push_back(sibling.dot);
  return dots;
}

}  // namespace

causal::Object join_and_repair(const ring::Key& key, PartitionId partition, const ReplicaSet& replicas,
                               std::vector<FullAnswer> answers, Step& step) {
  struct Held {
    NodeId node;
    std::vector<causal::Dot> dots;
  };
  std::vector<Held> held;
  causal::Object joined;
  for (auto& [place, object] : answers) {
    held.push_back({replicas[place], dots_of(object)});
    joined = causal::join(std::move(joined), std::move(object));
  }

  const auto dots = dots_of(joined);
  std::erase_if(held, [&](const Held& one) { return one.dots == dots; });
  if (held.empty()) return joined;
  const Bytes bytes = causal::encode(joined);
  for (const Held& behind : held) {
    step.out.notice(port::NoticeKind::read_repaired, port::Severity::count, behind.node);
    if (behind.node == step.self)
      step.out.store(step.ticket(), storage::Merge{partition, key, bytes});
    else
      step.out.send(behind.node, wire::MergeRequest{.request = step.request(),
                                                    .epoch = step.view.ring.version(partition),
                                                    .partition = partition,
                                                    .key = key.bytes,
                                                    .object = bytes,
                                                    .ttl = step.ttl()});
  }
  return joined;
}

}  // namespace starling::coordinator
