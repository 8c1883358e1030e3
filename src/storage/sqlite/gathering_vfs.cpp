#include "storage/sqlite/gathering_vfs.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstddef>
#include <memory>
#include <new>

#include "base/bytes.hpp"
#include "base/ensure.hpp"

namespace starling::storage {

namespace {

/// SQLite's own layer for Unix takes less than 128 KiB at once.
constexpr std::size_t gathered_bytes_max = 96U << 10;

// --- The log ----------------------------------------------------------------------------------

/// An open log. SQLite gives the memory and sees the first member; the real file follows this one.
struct LogFile {
  sqlite3_file face{};
  Bytes gathered;
  sqlite3_int64 gathered_at{};

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  sqlite3_int64 end() const { return gathered_at + static_cast<sqlite3_int64>(gathered.size()); }

  int write(const void* data, int size, sqlite3_int64 at) {
    const std::size_t after = gathered.size() + static_cast<std::size_t>(size);
    if (!gathered.empty() && (at != end() || after > gathered_bytes_max))
      if (const int code = hand_on(); code != SQLITE_OK) return code;
    if (gathered.empty()) gathered_at = at;
    gathered.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  /// After a failure SQLite undoes the transaction and writes the place anew: nothing is kept.
  int hand_on() {
    if (gathered.empty()) return SQLITE_OK;
    const int code = real()->pMethods->xWrite(real(), gathered.data(), static_cast<int>(gathered.size()), gathered_at);
    gathered.clear();
    return code;
  }
};
static_assert(sizeof(LogFile) % alignof(std::max_align_t) == 0, "the real file begins aligned");

LogFile* log_of(sqlite3_file* file) { return reinterpret_cast<LogFile*>(file); }

/// A method of the real file, as it is or after what was gathered has been handed on.
template <auto method>
struct Through;
template <class... Arguments, int (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...)>
struct Through<method> {
  static int call(sqlite3_file* file, Arguments... arguments) {
    sqlite3_file* real = log_of(file)->real();
    return (real->pMethods->*method)(real, arguments...);
  }
  static int after_handing_on(sqlite3_file* file, Arguments... arguments) {
    const int code = log_of(file)->hand_on();
    return code == SQLITE_OK ? call(file, arguments...) : code;
  }
};

int close_log(sqlite3_file* file) {
  const int handed_on = log_of(file)->hand_on();
  const int closed = Through<&sqlite3_io_methods::xClose>::call(file);
  std::destroy_at(log_of(file));
  return handed_on != SQLITE_OK ? handed_on : closed;
}

const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = close_log,
    .xRead = Through<&sqlite3_io_methods::xRead>::after_handing_on,
    .xWrite = [](sqlite3_file* file, const void* data, int size,
                 sqlite3_int64 at) { return log_of(file)->write(data, size, at); },
    .xTruncate = Through<&sqlite3_io_methods::xTruncate>::after_handing_on,
    .xSync = Through<&sqlite3_io_methods::xSync>::after_handing_on,
    .xFileSize = Through<&sqlite3_io_methods::xFileSize>::after_handing_on,
    .xLock = Through<&sqlite3_io_methods::xLock>::call,
    .xUnlock = Through<&sqlite3_io_methods::xUnlock>::call,
    .xCheckReservedLock = Through<&sqlite3_io_methods::xCheckReservedLock>::call,
    .xFileControl = Through<&sqlite3_io_methods::xFileControl>::call,
    .xSectorSize = Through<&sqlite3_io_methods::xSectorSize>::call,
    .xDeviceCharacteristics = Through<&sqlite3_io_methods::xDeviceCharacteristics>::call,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// --- The file system --------------------------------------------------------------------------

sqlite3_vfs* base_of(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* base = base_of(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) return base->xOpen(base, name, file, flags, flags_out);
  LogFile* log = new (file) LogFile;
  const int code = base->xOpen(base, name, log->real(), flags, flags_out);
  if (code == SQLITE_OK)
    log->face.pMethods = &log_methods;
  else
    std::destroy_at(log);
  return code;
}

/// Any other method, called on the base as if it had been asked itself.
template <auto method>
struct OnBase;
template <class Answer, class... Arguments, Answer (*sqlite3_vfs::*method)(sqlite3_vfs*, Arguments...)>
struct OnBase<method> {
  static Answer call(sqlite3_vfs* vfs, Arguments... arguments) {
    return (base_of(vfs)->*method)(base_of(vfs), arguments...);
  }
};

}  // namespace

/// The name holds our own address: no two at one time share it.
struct GatheringVfs::Registration {
  explicit Registration(sqlite3_vfs* base) : name(fmt::format("{}-gathered-{}", base->zName, fmt::ptr(this))) {
    vfs.iVersion = 1;
    vfs.szOsFile = base->szOsFile + static_cast<int>(sizeof(LogFile));
    vfs.mxPathname = base->mxPathname;
    vfs.zName = name.c_str();
    vfs.pAppData = base;
    vfs.xOpen = open_file;
    vfs.xDelete = OnBase<&sqlite3_vfs::xDelete>::call;
    vfs.xAccess = OnBase<&sqlite3_vfs::xAccess>::call;
    vfs.xFullPathname = OnBase<&sqlite3_vfs::xFullPathname>::call;
    vfs.xDlOpen = OnBase<&sqlite3_vfs::xDlOpen>::call;
    vfs.xDlError = OnBase<&sqlite3_vfs::xDlError>::call;
    vfs.xDlSym = [](sqlite3_vfs* self, void* library, const char* symbol) {
      return base_of(self)->xDlSym(base_of(self), library, symbol);
    };
    vfs.xDlClose = OnBase<&sqlite3_vfs::xDlClose>::call;
    vfs.xRandomness = OnBase<&sqlite3_vfs::xRandomness>::call;
    vfs.xSleep = OnBase<&sqlite3_vfs::xSleep>::call;
    vfs.xCurrentTime = OnBase<&sqlite3_vfs::xCurrentTime>::call;
    vfs.xGetLastError = OnBase<&sqlite3_vfs::xGetLastError>::call;
    ensure(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "a VFS can be registered");
  }
  ~Registration() { sqlite3_vfs_unregister(&vfs); }

  std::string name;
  sqlite3_vfs vfs{};
};

GatheringVfs::GatheringVfs(const std::string& base) {
  sqlite3_vfs* under = sqlite3_vfs_find(base.empty() ? nullptr : base.c_str());
  ensure(under != nullptr, "a VFS is named that was registered");
  registration_ = std::make_unique<Registration>(under);
}

GatheringVfs::~GatheringVfs() = default;

const std::string& GatheringVfs::name() const { return registration_->name; }

}  // namespace starling::storage
