#pragma once

#include <limits>
#include <string>
#include <vector>

#include "contract/store.hpp"

/// Short words for what tests ask of trees, gaps and tombstones.
namespace starling::test {

inline constexpr storage::TokenRange everywhere{Token{0}, Token{std::numeric_limits<std::uint64_t>::max()}};

template <class T, class Disk>
T ask(Store<Disk>& store, storage::Command command) {
  auto answer = store.run(std::move(command));
  ensure(answer.has_value(), "a command that works");
  return std::get<T>(*std::move(answer));
}

/// One step; true when the tree is built.
template <class Disk>
bool build_on(Store<Disk>& store) {
  return ask<storage::BuildTreeAnswer>(store, storage::BuildTree{here, everywhere.first, everywhere.last}).built;
}
template <class Disk>
void build(Store<Disk>& store) {
  while (!build_on(store)) {
  }
}
template <class Disk>
storage::PartitionSurvey survey(Store<Disk>& store) {
  return ask<storage::SurveyAnswer>(store, storage::Survey{{here}}).partitions.front();
}
template <class Disk>
std::vector<std::uint64_t> sums(Store<Disk>& store, std::uint32_t bits = 16) {
  return ask<storage::SumLeavesAnswer>(store, storage::SumLeaves{here, bits}).sums;
}
template <class Disk>
std::size_t rows_of(Store<Disk>& store) {
  std::size_t rows = 0;
  const auto count = [&](Token, BytesView, BytesView) {
    ++rows;
    return storage::Engine::Visit::go_on;
  };
  ensure(store.disk().engine().scan({}, everywhere.last, count).has_value(), "a scan that works");
  return rows;
}

template <class Disk>
storage::PutAnswer remove(Store<Disk>& store, BytesView name) {
  storage::Put put = store.put_command(name, {}, store.get(name).context);
  put.sibling.tombstone = true;
  return ask<storage::PutAnswer>(store, std::move(put));
}
template <class Disk>
bool deliver(Store<Disk>& to, BytesView name, const storage::PutAnswer& put) {
  return ask<storage::MergeAnswer>(to, storage::Merge{here, named(name), put.object}).changed;
}

inline storage::ScanUnseen lacking(causal::Seen seen, std::uint32_t rows_max = 1000) {
  return {.partition = here,
          .first = everywhere.first,
          .last = everywhere.last,
          .seen = std::move(seen),
          .after = {},
          .rows_max = rows_max,
          .bytes_max = 1'000'000};
}

/// The gap pull: what `from` holds and `to` has not seen; then all that `from` had seen when it began.
template <class Disk>
std::size_t pull(Store<Disk>& to, Store<Disk>& from) {
  const causal::Seen before = survey(from).seen;
  auto scan = lacking(survey(to).seen, 2);
  std::size_t rows = 0;
  do {
    const auto page = ask<storage::ScanUnseenAnswer>(from, scan);
    for (const auto& [key, object] : page.rows) ask<storage::MergeAnswer>(to, storage::Merge{here, key, object});
    rows += page.rows.size();
    scan.after = page.complete_to;
  } while (!scan.after.bytes.empty());
  ask<storage::Done>(to, storage::MergePage{here, {}, before});
  return rows;
}

/// To the end of the partition.
template <class Disk>
storage::ReapAnswer reap(Store<Disk>& store, const std::vector<causal::Seen>& witnesses) {
  storage::ReapAnswer total;
  do {
    const auto answer = ask<storage::ReapAnswer>(store, storage::Reap{here, witnesses});
    total.reaped += answer.reaped;
    total.rows_gone += answer.rows_gone;
    total.more = answer.more;
  } while (total.more);
  return total;
}

}  // namespace starling::test
