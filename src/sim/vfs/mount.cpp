#include "sim/vfs/mount.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "base/ensure.hpp"
#include "storage/sqlite/configure.hpp"

namespace starling::sim::vfs {

// --- An open file -----------------------------------------------------------------------------

/// SQLite gives the memory and sees the first member. No destructor is needed.
struct Mount::OpenFile {
  sqlite3_file face{};
  Mount* mount{};
  FileId id{};
  std::uint64_t life{};
  bool syncs_names{};  ///< SQLite's layer for Unix syncs the directory with the first sync of a log or journal

  static OpenFile& of(sqlite3_file* face) { return *reinterpret_cast<OpenFile*>(face); }

  bool dead() const { return life != mount->life_; }
  File& file() const { return mount->files_.file(id); }

  std::optional<Mishap> ask(Call call) const {
    if (mount->on_call) mount->on_call();
    return mount->troubles_.befalls(call);
  }

  int read(char* to, std::uint64_t size, std::uint64_t at) const {
    if (dead()) return SQLITE_IOERR;
    const auto mishap = ask(Call::read);
    if (mishap && *mishap != Mishap::short_read) return SQLITE_IOERR_READ;
    const Bytes& bytes = file().bytes();
    std::uint64_t got = at < bytes.size() ? std::min<std::uint64_t>(size, bytes.size() - at) : 0;
    if (mishap) got /= 2;
    if (got != 0) std::memcpy(to, bytes.data() + at, got);
    std::memset(to + got, 0, size - got);
    return got == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  int write(BytesView bytes, std::uint64_t at) const {
    if (dead()) return SQLITE_IOERR;
    const auto mishap = ask(Call::write);
    file().write(at, mishap ? bytes.substr(0, bytes.size() / 2) : bytes);
    if (!mishap) return SQLITE_OK;
    return *mishap == Mishap::no_space ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }

  int truncate(std::uint64_t size) const {
    if (dead()) return SQLITE_IOERR;
    if (ask(Call::truncate)) return SQLITE_IOERR_TRUNCATE;
    file().truncate(size);
    return SQLITE_OK;
  }

  int sync() {
    if (dead()) return SQLITE_IOERR;
    if (const auto mishap = ask(Call::sync)) {
      if (*mishap == Mishap::lost_sync) file().fail_sync(mount->troubles_.written());
      return SQLITE_IOERR_FSYNC;
    }
    file().sync();
    if (std::exchange(syncs_names, false)) mount->files_.sync_names();
    return SQLITE_OK;
  }

  int size(sqlite3_int64* size) const {
    if (dead()) return SQLITE_IOERR;
    if (ask(Call::size)) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(file().bytes().size());
    return SQLITE_OK;
  }

  static const sqlite3_io_methods methods;
};

const sqlite3_io_methods Mount::OpenFile::methods = {
    .iVersion = 1,
    .xClose = [](sqlite3_file*) { return SQLITE_OK; },
    .xRead =
        [](sqlite3_file* face, void* to, int size, sqlite3_int64 at) {
          return of(face).read(static_cast<char*>(to), static_cast<std::uint64_t>(size),
                               static_cast<std::uint64_t>(at));
        },
    .xWrite =
        [](sqlite3_file* face, const void* from, int size, sqlite3_int64 at) {
          return of(face).write({static_cast<const char*>(from), static_cast<std::size_t>(size)},
                                static_cast<std::uint64_t>(at));
        },
    .xTruncate = [](sqlite3_file* face,
                    sqlite3_int64 size) { return of(face).truncate(static_cast<std::uint64_t>(size)); },
    .xSync = [](sqlite3_file* face, int) { return of(face).sync(); },
    .xFileSize = [](sqlite3_file* face, sqlite3_int64* size) { return of(face).size(size); },
    .xLock = [](sqlite3_file* face, int) { return of(face).dead() ? SQLITE_IOERR_LOCK : SQLITE_OK; },
    .xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xCheckReservedLock =
        [](sqlite3_file*, int* locked) {
          *locked = 0;
          return SQLITE_OK;
        },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return 4096; },  // As SQLite's layer for Unix says, whatever the disk has.
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// --- The file system --------------------------------------------------------------------------

/// The name holds our own address: no two mounts at one time share it.
struct Mount::Registration {
  explicit Registration(Mount& mount) : name(fmt::format("starling-mount-{}", fmt::ptr(&mount))) {
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(OpenFile);
    vfs.mxPathname = 512;
    vfs.zName = name.c_str();
    vfs.pAppData = &mount;
    vfs.xOpen = [](sqlite3_vfs* self, const char* path, sqlite3_file* face, int flags, int* flags_out) {
      return open(of(self), path, face, flags, flags_out);
    };
    vfs.xDelete = [](sqlite3_vfs* self, const char* path, int sync_directory) {
      return remove(of(self), path, sync_directory != 0);
    };
    vfs.xAccess = [](sqlite3_vfs* self, const char* path, int, int* there) { return look(of(self), path, *there); };
    vfs.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* full) {
      sqlite3_snprintf(size, full, "%s", path);
      return SQLITE_OK;
    };
    vfs.xRandomness = [](sqlite3_vfs*, int size, char* to) {
      std::memset(to, 0, static_cast<std::size_t>(size));
      return size;
    };
    vfs.xSleep = [](sqlite3_vfs*, int microseconds) { return microseconds; };
    vfs.xCurrentTime = [](sqlite3_vfs*, double* days) {
      *days = 0;
      return SQLITE_OK;
    };
    vfs.xGetLastError = [](sqlite3_vfs*, int, char*) { return EIO; };
    storage::configure_sqlite();  // Before anything else is asked of SQLite, or it is too late.
    ensure(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "a VFS can be registered");
  }
  ~Registration() { sqlite3_vfs_unregister(&vfs); }

  static Mount& of(sqlite3_vfs* vfs) { return *static_cast<Mount*>(vfs->pAppData); }

  static std::optional<Mishap> ask(Mount& mount, Call call) {
    if (mount.on_call) mount.on_call();
    return mount.troubles_.befalls(call);
  }

  static int open(Mount& mount, const char* path, sqlite3_file* face, int flags, int* flags_out) {
    face->pMethods = nullptr;
    ensure(path != nullptr, "temporary files are kept in memory");
    if (ask(mount, Call::open)) return SQLITE_CANTOPEN;
    auto id = mount.files_.find(path);
    const bool creates = !id && (flags & SQLITE_OPEN_CREATE) != 0;
    if (!id && !creates) return SQLITE_CANTOPEN;
    if (creates) id = mount.files_.create(path);
    constexpr int log = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    new (face) OpenFile{.face = {.pMethods = &OpenFile::methods},
                        .mount = &mount,
                        .id = *id,
                        .life = mount.life_,
                        .syncs_names = (flags & log) != 0};
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
  }

  static int remove(Mount& mount, const char* path, bool sync_directory) {
    if (ask(mount, Call::remove)) return SQLITE_IOERR_DELETE;
    if (!mount.files_.find(path)) return SQLITE_IOERR_DELETE_NOENT;
    mount.files_.remove(path);
    if (sync_directory) mount.files_.sync_names();
    return SQLITE_OK;
  }

  static int look(Mount& mount, const char* path, int& there) {
    if (ask(mount, Call::look)) return SQLITE_IOERR_ACCESS;
    there = mount.files_.find(path) ? 1 : 0;
    return SQLITE_OK;
  }

  std::string name;
  sqlite3_vfs vfs{};
};

Mount::Mount() : registration_(std::make_unique<Registration>(*this)) {}
Mount::~Mount() = default;

const std::string& Mount::name() const { return registration_->name; }

void Mount::lose_power(Fate fate) {
  kill_process();
  files_.lose_power(fate);
}

void Mount::replace(FileSystem files) {
  kill_process();
  files_ = std::move(files);
}

}  // namespace starling::sim::vfs
