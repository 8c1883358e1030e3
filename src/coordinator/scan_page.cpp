#include "coordinator/scan_page.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/peer_object.hpp"

namespace starling::coordinator {

namespace {

bool to_the_end(const storage::ScanAnswer& page) { return page.complete_to.bytes.empty(); }

}  // namespace

Result<storage::ScanAnswer> decode_page(const wire::ScanReply& reply) {
  storage::ScanAnswer page;
  page.rows.reserve(reply.rows.size());
  for (const auto& row : reply.rows) {
    auto key = ring::Key::from_bytes(row.key);
    if (!key) return std::unexpected(std::move(key.error()));
    auto object = decode_peer_object(row.object);
    if (!object) return std::unexpected(std::move(object.error()));
    page.rows.push_back({std::move(*key), std::move(*object)});
  }
  if (reply.complete_to.empty()) return page;
  auto complete_to = ring::Key::from_bytes(reply.complete_to);
  if (!complete_to) return std::unexpected(std::move(complete_to.error()));
  page.complete_to = std::move(*complete_to);
  return page;
}

Result<void> check_page(const storage::ScanAnswer& page, const ScanCursor& from, const ring::Ring& ring) {
  const ring::Key* last = from.after.bytes.empty() ? nullptr : &from.after;
  const auto follows = [&](const ring::Key& key) {
    return ring.partition_of(key.token) == from.partition && (last == nullptr || *last < key);
  };
  if (!to_the_end(page) && !follows(page.complete_to)) return fail(ErrorCode::malformed, "a scan that goes nowhere");
  for (const auto& row : page.rows) {
    if (!follows(row.key) || (!to_the_end(page) && page.complete_to < row.key))
      return fail(ErrorCode::malformed, "a scan with rows out of place");
    last = &row.key;
  }
  return {};
}

storage::ScanAnswer join_pages(std::vector<storage::ScanAnswer> pages) {
  storage::ScanAnswer joined;
  std::vector<storage::ScannedRow> rows;
  for (auto& page : pages) {
    if (!to_the_end(page) && (to_the_end(joined) || page.complete_to < joined.complete_to))
      joined.complete_to = page.complete_to;
    std::move(page.rows.begin(), page.rows.end(), std::back_inserter(rows));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  for (auto& row : rows) {
    if (!to_the_end(joined) && joined.complete_to < row.key) break;
    if (!joined.rows.empty() && joined.rows.back().key == row.key)
      joined.rows.back().object = causal::join(std::move(joined.rows.back().object), std::move(row.object));
    else
      joined.rows.push_back(std::move(row));
  }
  return joined;
}

}  // namespace starling::coordinator
