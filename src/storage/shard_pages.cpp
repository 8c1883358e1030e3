#include <algorithm>
#include <utility>

#include "causal/codec.hpp"
#include "storage/row_page.hpp"
#include "storage/shard.hpp"

/// The commands of a shard that read a range of its rows, a page at a time.
namespace starling::storage {

namespace {

using Verdict = RowPage::Verdict;

/// The answer, once it is known how far it speaks.
template <class Pages>
Result<Result<Answer>> ending(Result<Result<ring::Key>> complete_to, Pages answer) {
  if (!complete_to) return std::unexpected(std::move(complete_to.error()));
  if (!*complete_to) return Result<Answer>(std::unexpected(std::move(complete_to->error())));
  answer.complete_to = **std::move(complete_to);
  return answer;
}

bool holds_unseen(const causal::Object& object, const causal::Seen& seen) {
  return std::ranges::any_of(object.siblings, [&](const auto& sibling) { return !seen.contains(sibling.dot); });
}

}  // namespace

Shard::Outcome<Answer> Shard::execute(const Scan& scan) {
  if (auto may = may_be_read(scan.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  if (scan.rows_max == 0) return Result<Answer>(fail(ErrorCode::invalid, "a scan returns at least one row"));
  const causal::Seen& seen = slot(scan.partition).state.seen();
  ScanAnswer answer;
  std::size_t bytes = 0;
  const RowPage page{
      .first = scan.first, .last = scan.last, .after = scan.after, .prefix = scan.prefix, .rows_max = scan.rows_max};
  auto complete_to = page.read(*engine_, [&](const ring::Key& key, causal::Object& object, std::size_t row_bytes) {
    bytes += row_bytes;
    if (bytes > scan.bytes_max && !answer.rows.empty()) return Verdict::no_room;
    answer.rows.push_back({.key = key, .object = causal::fill(std::move(object), seen)});
    return Verdict::taken;
  });
  return ending(std::move(complete_to), std::move(answer));
}

Shard::Outcome<Answer> Shard::execute(const ScanUnseen& scan) {
  if (auto may = scan.whole ? may_be_read(scan.partition) : may_be_used(scan.partition); !may)
    return Result<Answer>(std::unexpected(std::move(may.error())));
  if (scan.rows_max == 0) return Result<Answer>(fail(ErrorCode::invalid, "a scan returns at least one row"));
  const causal::Seen& seen = slot(scan.partition).state.seen();
  ScanUnseenAnswer answer{.seen = seen, .rows = {}, .complete_to = {}};
  std::size_t bytes = 0;
  const RowPage page{.first = scan.first, .last = scan.last, .after = scan.after, .rows_max = scan.rows_max};
  auto complete_to = page.read(*engine_, [&](const ring::Key& key, causal::Object& object, std::size_t) {
    if (!holds_unseen(object, scan.seen)) return Verdict::passed_over;
    Bytes encoded = causal::encode(causal::fill(std::move(object), seen));
    bytes += encoded.size();
    if (bytes > scan.bytes_max && !answer.rows.empty()) return Verdict::no_room;
    answer.rows.push_back({key, std::move(encoded)});
    return Verdict::taken;
  });
  return ending(std::move(complete_to), std::move(answer));
}

Shard::Outcome<Answer> Shard::execute(const ListDigests& list) {
  if (auto may = may_be_used(list.partition); !may) return Result<Answer>(std::unexpected(std::move(may.error())));
  if (list.rows_max == 0) return Result<Answer>(fail(ErrorCode::invalid, "a list has at least one row"));
  ListDigestsAnswer answer;
  const RowPage page{.first = list.first,
                     .last = list.last,
                     .after = list.after,
                     .rows_max = list.rows_max,
                     .damage = RowPage::Damage::passed_over};
  auto complete_to = page.read(*engine_, [&](const ring::Key& key, causal::Object& object, std::size_t) {
    if (!object.live()) return Verdict::passed_over;
    answer.rows.push_back({key, causal::digest(object)});
    return Verdict::taken;
  });
  return ending(std::move(complete_to), std::move(answer));
}

}  // namespace starling::storage
