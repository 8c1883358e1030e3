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
  template <class Answer, class... Arguments, Answer (*sqlite3_io_methods::*method)(sqlite3_file*, Arguments...)>
  struct Through<method> {
    static Answer call(sqlite3_file* file, Arguments... arguments) {
      sqlite3_file* real = of(file).real();
      return (real->pMethods->*method)(real, arguments...);
    }
  };

  /// Everything goes through. Version 2: with the memory that connections to one file share (SQLite asks for it only
  /// where the other file has it), and no pages mapped past us.
  static constexpr sqlite3_io_methods all_through() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
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
    methods.xShmMap = Through<&sqlite3_io_methods::xShmMap>::call;
    methods.xShmLock = Through<&sqlite3_io_methods::xShmLock>::call;
    methods.xShmBarrier = Through<&sqlite3_io_methods::xShmBarrier>::call;
    methods.xShmUnmap = Through<&sqlite3_io_methods::xShmUnmap>::call;
    return methods;
  }
};

}  // namespace starling::storage
