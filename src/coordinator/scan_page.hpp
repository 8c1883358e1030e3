#pragma once

#include <vector>

#include "base/error.hpp"
#include "coordinator/scan_cursor.hpp"
#include "storage/commands.hpp"
#include "wire/messages.hpp"

namespace starling::coordinator {

/// A page that a peer has sent, decoded.
Result<storage::ScanAnswer> decode_page(const wire::ScanReply& reply);

/// Whether a page can be the answer to a scan from `from` on: rows of that partition in strictly
/// ascending order behind the cursor, none beyond what it speaks for, and some way forward.
Result<void> check_page(const storage::ScanAnswer& page, const ScanCursor& from, const ring::Ring& ring);

/// One page from those of several replicas: as far as all of them speak, the states of each key
/// joined. Rows beyond the least `complete_to` are left for the next page, since a replica that
/// has not looked there may know more of them. A replica without a row for a key adds nothing to it.
storage::ScanAnswer join_pages(std::vector<storage::ScanAnswer> pages);

}  // namespace starling::coordinator
