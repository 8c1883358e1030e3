#include "coordinator/scan_cursor.hpp"

#include <utility>

namespace starling::coordinator {

namespace {

constexpr char version = 1;
constexpr std::size_t header_bytes = 3;  // version, partition (big endian)

}  // namespace

Bytes encode(const ScanCursor& cursor) {
  const auto partition = cursor.partition.value;
  Bytes bytes{version, static_cast<char>(partition >> 8), static_cast<char>(partition & 0xff)};
  return bytes += cursor.after.bytes;
}

Result<ScanCursor> decode_cursor(BytesView bytes, const ring::Ring& ring) {
  if (bytes.empty()) return ScanCursor{};
  const auto no_cursor = [] { return fail(ErrorCode::invalid, "the cursor is not one that a scan has returned"); };
  if (bytes.size() < header_bytes || bytes[0] != version) return no_cursor();
  const auto high = static_cast<unsigned char>(bytes[1]);
  const auto low = static_cast<unsigned char>(bytes[2]);
  ScanCursor cursor{PartitionId{static_cast<std::uint16_t>(high << 8 | low)}, {}};
  if (cursor.partition.value >= ring.partitions()) return no_cursor();
  if (bytes.size() == header_bytes) return cursor;
  auto after = ring::Key::from_bytes(bytes.substr(header_bytes));
  if (!after || ring.partition_of(after->token) != cursor.partition) return no_cursor();
  cursor.after = std::move(*after);
  return cursor;
}

}  // namespace starling::coordinator
