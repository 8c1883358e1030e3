#include "sim/dump.hpp"

#include <fmt/format.h>

#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "ring/ring.hpp"
#include "sim/history.hpp"
#include "sim/rings.hpp"
#include "storage/merkle_tree.hpp"

namespace starling::sim {

namespace {

ring::Key key_of(std::size_t key) { return *ring::Key::make("", History::key_name(key)); }

class Dumping {
 public:
  Dumping(World& world, const ring::Ring& ring) : world_(world), ring_(ring) {}

  Dump run(std::size_t keys) {
    for (HostIndex host = 0; host < world_.hosts(); ++host) {
      if (!world_.host(host).ready()) continue;
      for (std::size_t key = 0; key < keys; ++key) read(host, key);
      for (PartitionId partition : ring_.partitions_of(world_.host(host).id()))
        look_at_tree(host, partition, look_for_strangers(host, partition, keys));
      count_hints(host);
    }
    return std::move(dump_);
  }

 private:
  void read(HostIndex host, std::size_t number) {
    const ring::Key key = key_of(number);
    const PartitionId partition = ring_.partition_of(key.token);
    if (!ring_.owns(world_.host(host).id(), partition)) return;
    auto answer = world_.host(host).disk().look(storage::Get{partition, key});
    if (!answer) return report_unread(number, host, answer.error());
    dump_.holdings.push_back({host, number, std::move(std::get<storage::GetAnswer>(*answer).object)});
  }

  void report_unread(std::size_t number, HostIndex host, const Error& why) {
    dump_.recovering |= why.code == ErrorCode::not_ready;
    report(number, fmt::format("n{} cannot read it: {}", host, why.message));
  }

  /// The root of a Merkle tree that is built of what is there.
  std::uint64_t look_for_strangers(HostIndex host, PartitionId partition, std::size_t keys) {
    storage::Scan scan{.partition = partition,
                       .first = ring_.first_token(partition),
                       .last = ring_.last_token(partition),
                       .rows_max = std::numeric_limits<std::uint32_t>::max(),
                       .bytes_max = std::numeric_limits<std::uint32_t>::max()};
    std::uint64_t root = 0;
    for (;;) {
      auto answer = world_.host(host).disk().look(scan);
      if (!answer) {
        report_unread(0, host, answer.error());
        return root;
      }
      auto& page = std::get<storage::ScanAnswer>(*answer);
      for (storage::ScannedRow& row : page.rows) {
        // Tombstones must add nothing.
        std::erase_if(row.object.siblings, [](const causal::Sibling& sibling) { return sibling.tombstone; });
        root += storage::share_of(row.key.token, row.object).sum;
        const auto number = History::key_of(row.key.key());
        if (!number || *number >= keys) report(0, fmt::format("n{} has a key that nobody wrote", host));
      }
      if (page.complete_to.bytes.empty()) return root;
      scan.after = page.complete_to;
    }
  }

  /// That of a node that has just been started may not be built yet.
  void look_at_tree(HostIndex host, PartitionId partition, std::uint64_t rebuilt) {
    const auto answer = world_.host(host).disk().look(storage::Survey{{partition}});
    if (!answer) return;
    const auto& found = std::get<storage::SurveyAnswer>(*answer).partitions.at(0);
    if (!found.tree_built) return;
    if (found.root != rebuilt)
      report("trees", 0,
             fmt::format("n{} keeps another tree of partition {} than its rows have", host, partition.value));
    const auto& first = *roots_.emplace(partition, std::pair(host, found.root)).first;
    if (found.root != first.second.second)
      report(
          "trees", 0,
          fmt::format("n{} and n{} have different trees of partition {}", first.second.first, host, partition.value));
  }

  void count_hints(HostIndex host) {
    const auto answer = world_.host(host).disk().look(storage::CountHints{});
    if (!answer) return report(0, fmt::format("n{} cannot count its hints: {}", host, answer.error().message));
    for (const auto& [target, hints] : std::get<storage::CountHintsAnswer>(*answer).counts)
      for (HostIndex to = 0; to < world_.hosts(); ++to)
        if (world_.in_service(to) && world_.host(to).id() == target) dump_.owings.push_back({host, to, hints});
  }

  void report(std::size_t key, std::string what) { report("no phantom", key, std::move(what)); }
  void report(const char* rule, std::size_t key, std::string what) {
    dump_.violations.push_back({rule, std::move(what), key});
  }

  World& world_;
  const ring::Ring& ring_;
  Dump dump_;
  std::map<PartitionId, std::pair<HostIndex, std::uint64_t>> roots_;
};

}  // namespace

Dump dump(World& world, std::size_t keys) {
  const auto ring = ring_of(world);
  return ring ? Dumping(world, *ring).run(keys) : Dump{};
}

std::vector<NodeId> replicas_of(World& world, std::size_t key) {
  const auto ring = ring_of(world);
  if (!ring) return {};
  const auto list = ring->preference_list(ring->partition_of(key_of(key).token));
  return {list.begin(), list.end()};
}

}  // namespace starling::sim
