#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "ring/key.hpp"
#include "ring/ring.hpp"

namespace starling::coordinator {

/// A place between two rows of the whole store, in token order: everything up to `after` in
/// `partition`, and all of the partitions before it, has been shown. Clients carry it from page to
/// page as opaque bytes; it needs no memory here and outlives any node.
struct ScanCursor {
  PartitionId partition;
  ring::Key after;  ///< empty bytes: from the partition's first row

  friend bool operator==(const ScanCursor&, const ScanCursor&) = default;
};

Bytes encode(const ScanCursor& cursor);
/// Empty bytes are the start. `invalid` for what encode() did not make for this ring.
Result<ScanCursor> decode_cursor(BytesView bytes, const ring::Ring& ring);

}  // namespace starling::coordinator
