#include "storage/sqlite/page_file.hpp"

#include <algorithm>
#include <memory>

#include "storage/seal.hpp"

namespace starling::storage {

namespace {

/// SQLite also reads the first bytes of a file by themselves, to learn how large its pages are and
/// whether they have changed.
constexpr int header_bytes = 100;

/// The first page has the header, and in it the application's id, the highest byte first.
bool is_ours(BytesView first_page) {
  std::uint32_t id = 0;
  for (const char byte : first_page.substr(68, 4)) id = id << 8 | static_cast<unsigned char>(byte);
  return id == application_id;
}

std::uint64_t number_of_page(sqlite3_int64 at) { return 1 + static_cast<std::uint64_t>(at) / page_bytes; }

/// A page that was taken and given back within one transaction is never written.
bool never_written(BytesView page) {
  return std::ranges::all_of(page, [](char byte) { return byte == 0; });
}

int close_pages(sqlite3_file* file) {
  const int closed = PageFile::Through<&sqlite3_io_methods::xClose>::call(file);
  std::destroy_at(&PageFile::of(file));
  return closed;
}

constexpr sqlite3_io_methods page_methods() {
  sqlite3_io_methods methods = PageFile::all_through();
  methods.xClose = close_pages;
  methods.xRead = [](sqlite3_file* file, void* data, int size, sqlite3_int64 at) {
    return PageFile::of(file).read(data, size, at);
  };
  methods.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    return PageFile::of(file).write(data, size, at);
  };
  return methods;
}

}  // namespace

const sqlite3_io_methods PageFile::methods = page_methods();

int PageFile::read(void* data, int size, sqlite3_int64 at) {
  const int code = real()->pMethods->xRead(real(), data, size, at);
  if (size <= header_bytes || (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)) return code;
  const BytesView page(static_cast<const char*>(data), static_cast<std::size_t>(size));
  if (page.size() == page_bytes && unseal(page, number_of_page(at))) return code;
  if (never_written(page)) return code;
  return at != 0 || is_ours(page) ? SQLITE_CORRUPT : SQLITE_NOTADB;
}

int PageFile::write(const void* data, int size, sqlite3_int64 at) {
  if (static_cast<std::size_t>(size) != page_bytes) return SQLITE_MISUSE;
  sealing.assign(static_cast<const char*>(data), page_bytes - page_seal_bytes);
  seal(sealing, number_of_page(at));
  return real()->pMethods->xWrite(real(), sealing.data(), size, at);
}

}  // namespace starling::storage
