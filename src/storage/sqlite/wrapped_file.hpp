#pragma once

#include <sqlite3.h>

namespace starling::storage {

/// An open file of ours in front of one of another VFS. SQLite gives the memory, where the other
/// one's file stands right behind ours, and sees the first member.
template <class Derived>
struct WrappedFile {
  sqlite3_file face{};

  static Derived& of(sqlite3_file* file) { return static_cast<Derived&>(*reinterpret_cast<WrappedFile*>(file)); }
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(static_cast<Derived*>(this) + 1); }

  /// A method of the other file, as it is.
  template <auto method>
  struct Through;
  template <class... Arguments, int (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...)>
  struct Through<method> {
    static int call(sqlite3_file* file, Arguments... arguments) {
      sqlite3_file* real = of(file).real();
      return (real->pMethods->*method)(real, arguments...);
    }
  };

  /// Everything goes through. Version 1: nothing of shared memory, which a connection that holds its
  /// files exclusively does not need, and no pages mapped past us.
  static constexpr sqlite3_io_methods all_through() {
    sqlite3_io_methods methods{};
    methods.iVersion = 1;
    methods.xClose = Through<&sqlite3_io_methods::xClose>::call;
    methods.xRead = Through<&sqlite3_io_methods::xRead>::call;
    methods.xWrite = Through<&sqlite3_io_methods::xWrite>::call;
    methods.xTruncate = Through<&sqlite3_io_methods::xTruncate>::call;
    methods.xSync = Through<&sqlite3_io_methods::xSync>::call;
    methods.xFileSize = Through<&sqlite3_io_methods::xFileSize>::call;
    methods.xLock = Through<&sqlite3_io_methods::xLock>::call;
    methods.xUnlock = Through<&sqlite3_io_methods::xUnlock>::call;
    methods.xCheckReservedLock = Through<&sqlite3_io_methods::xCheckReservedLock>::call;
    methods.xFileControl = Through<&sqlite3_io_methods::xFileControl>::call;
    methods.xSectorSize = Through<&sqlite3_io_methods::xSectorSize>::call;
    methods.xDeviceCharacteristics = Through<&sqlite3_io_methods::xDeviceCharacteristics>::call;
    return methods;
  }
};

}  // namespace starling::storage
