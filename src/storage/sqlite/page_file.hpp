#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "storage/sqlite/wrapped_file.hpp"

namespace starling::storage {

/// Half the usual: a commit writes each page it touches twice, and a put touches one page for a row of
/// 150 bytes. It costs a put a tenth less than 4 KiB, and a get a little more.
inline constexpr std::uint64_t page_bytes = 2048;
/// "Star", in the header of each file of ours, as SQLite keeps an application's id.
inline constexpr std::uint32_t application_id = 0x53'74'61'72;
/// SQLite leaves so many alone at the end of each page.
inline constexpr int page_seal_bytes = 4;

/// The main file. Each page is sealed when it is written to it, with its number, and looked at when it
/// is read: a bit that turned is SQLITE_CORRUPT. Rows have seals of their own, but those cannot tell
/// that a row is not found, and a replica that has seen a write and does not find it takes it for
/// replaced: it would have it removed from the others too.
///
/// What is in the log and not yet in the file has SQLite's checksums, which it looks at when it opens it.
struct PageFile : WrappedFile<PageFile> {
  static const sqlite3_io_methods methods;

  int read(void* data, int size, sqlite3_int64 at);
  int write(const void* data, int size, sqlite3_int64 at);

  Bytes sealing;  ///< kept for its memory
};
static_assert(sizeof(PageFile) % alignof(sqlite3_int64) == 0, "the file behind it begins aligned");

}  // namespace starling::storage
