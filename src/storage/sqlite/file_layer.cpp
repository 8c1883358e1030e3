#include "storage/sqlite/file_layer.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <new>

#include "base/ensure.hpp"
#include "storage/sqlite/log_file.hpp"
#include "storage/sqlite/page_file.hpp"

namespace starling::storage {

namespace {

template <class File>
int open_wrapped(sqlite3_vfs* base, const char* name, sqlite3_file* memory, int flags, int* flags_out) {
  File* file = new (memory) File;
  const int code = base->xOpen(base, name, file->real(), flags, flags_out);
  if (code == SQLITE_OK)
    file->face.pMethods = &File::methods;
  else
    std::destroy_at(file);
  return code;
}

}  // namespace

/// The name holds our own address: no two at one time share it.
struct FileLayer::Registration {
  Registration(sqlite3_vfs* under, Durability durability)
      : name(fmt::format("{}-starling-{}", under->zName, fmt::ptr(this))),
        base(under),
        gathers(durability == Durability::full) {
    vfs.iVersion = 1;
    vfs.szOsFile = base->szOsFile + static_cast<int>(std::max(sizeof(LogFile), sizeof(PageFile)));
    vfs.mxPathname = base->mxPathname;
    vfs.zName = name.c_str();
    vfs.pAppData = this;
    vfs.xOpen = open;
    vfs.xDelete = OnBase<&sqlite3_vfs::xDelete>::call;
    vfs.xAccess = OnBase<&sqlite3_vfs::xAccess>::call;
    vfs.xFullPathname = OnBase<&sqlite3_vfs::xFullPathname>::call;
    vfs.xDlOpen = OnBase<&sqlite3_vfs::xDlOpen>::call;
    vfs.xDlError = OnBase<&sqlite3_vfs::xDlError>::call;
    vfs.xDlSym = [](sqlite3_vfs* self, void* library, const char* symbol) {
      return of(self).base->xDlSym(of(self).base, library, symbol);
    };
    vfs.xDlClose = OnBase<&sqlite3_vfs::xDlClose>::call;
    vfs.xRandomness = OnBase<&sqlite3_vfs::xRandomness>::call;
    vfs.xSleep = OnBase<&sqlite3_vfs::xSleep>::call;
    vfs.xCurrentTime = OnBase<&sqlite3_vfs::xCurrentTime>::call;
    vfs.xGetLastError = OnBase<&sqlite3_vfs::xGetLastError>::call;
    ensure(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "a VFS can be registered");
  }
  ~Registration() { sqlite3_vfs_unregister(&vfs); }

  static Registration& of(sqlite3_vfs* vfs) { return *static_cast<Registration*>(vfs->pAppData); }

  static int open(sqlite3_vfs* self, const char* path, sqlite3_file* memory, int flags, int* flags_out) {
    sqlite3_vfs* base = of(self).base;
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return open_wrapped<PageFile>(base, path, memory, flags, flags_out);
    if ((flags & SQLITE_OPEN_WAL) != 0 && of(self).gathers)
      return open_wrapped<LogFile>(base, path, memory, flags, flags_out);
    return base->xOpen(base, path, memory, flags, flags_out);
  }

  /// Any other method, called on the base as if it had been asked itself.
  template <auto method>
  struct OnBase;
  template <class Answer, class... Arguments, Answer (*sqlite3_vfs::*method)(sqlite3_vfs*, Arguments...)>
  struct OnBase<method> {
    static Answer call(sqlite3_vfs* self, Arguments... arguments) {
      return (of(self).base->*method)(of(self).base, arguments...);
    }
  };

  std::string name;
  sqlite3_vfs* base;
  bool gathers;
  sqlite3_vfs vfs{};
};

FileLayer::FileLayer(const std::string& base, Durability durability) {
  sqlite3_vfs* under = sqlite3_vfs_find(base.empty() ? "unix-excl" : base.c_str());
  ensure(under != nullptr, "a VFS is named that was registered");
  registration_ = std::make_unique<Registration>(under, durability);
}

FileLayer::~FileLayer() = default;

const std::string& FileLayer::name() const { return registration_->name; }

}  // namespace starling::storage
