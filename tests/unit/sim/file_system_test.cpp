#include "sim/vfs/file_system.hpp"

#include <doctest/doctest.h>

#include <set>

namespace starling::sim::vfs {
namespace {

Bytes content(FileSystem& files, const std::string& name) {
  const auto id = files.find(name);
  REQUIRE(id);
  return files.file(*id).bytes();
}

/// A file that is on the disk, with this in it.
FileSystem holding(BytesView bytes) {
  FileSystem files;
  files.file(files.create("f")).write(0, bytes);
  files.sync_all();
  return files;
}

TEST_CASE("what is written is read at once, and survives the power if it was synced") {
  FileSystem files = holding("old");
  File& file = files.file(*files.find("f"));
  file.write(1, "NEW");
  CHECK(file.bytes() == "oNEW");
  FileSystem copy = files;
  copy.lose_power(Fate::nothing_survives());
  CHECK(content(copy, "f") == "old");
  file.sync();
  files.lose_power(Fate::nothing_survives());
  CHECK(content(files, "f") == "oNEW");
}

TEST_CASE("an unsynced write may be torn at any sector of 512 bytes, and nowhere else") {
  std::set<std::string> patterns;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    FileSystem files = holding(Bytes(2000, 'a'));
    files.file(*files.find("f")).write(100, Bytes(1300, 'b'));
    files.lose_power(Fate::drawn(Random(seed)));
    const Bytes found = content(files, "f");
    REQUIRE(found.size() == 2000);
    CHECK(found.substr(0, 100) == Bytes(100, 'a'));
    CHECK(found.substr(1400) == Bytes(600, 'a'));
    std::string pattern;
    for (const auto& [from, to] : {std::pair{100, 512}, {512, 1024}, {1024, 1400}}) {
      const auto size = static_cast<std::size_t>(to - from);
      const Bytes piece = found.substr(static_cast<std::size_t>(from), size);
      REQUIRE((piece == Bytes(size, 'a') || piece == Bytes(size, 'b')));
      pattern += piece[0];
    }
    patterns.insert(pattern);
  }
  CHECK(patterns.size() == 8);
}

TEST_CASE("a file that grew may have grown and hold zeros") {
  bool zeros = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FileSystem files = holding("");
    files.file(*files.find("f")).write(0, Bytes(512, 'x'));
    files.lose_power(Fate::drawn(Random(seed)));
    zeros |= content(files, "f") == Bytes(512, '\0');
  }
  CHECK(zeros);
}

TEST_CASE("a truncation is a change like any other, in its order among the writes") {
  FileSystem files = holding("0123456789");
  File& file = files.file(*files.find("f"));
  file.truncate(4);
  file.write(6, "x");
  CHECK(file.bytes() == Bytes("0123\0\0x", 7));
  FileSystem none = files;
  none.lose_power(Fate::nothing_survives());
  CHECK(content(none, "f") == "0123456789");
  files.lose_power(Fate::all_survives());
  CHECK(content(files, "f") == Bytes("0123\0\0x", 7));
}

TEST_CASE("a name that appeared or went may be as before, until the directory is synced") {
  FileSystem files = holding("old");
  files.remove("f");
  files.file(files.create("g")).write(0, "new");
  files.file(*files.find("g")).sync();
  CHECK_FALSE(files.find("f"));
  FileSystem none = files;
  none.lose_power(Fate::nothing_survives());
  CHECK(content(none, "f") == "old");
  CHECK_FALSE(none.find("g"));
  files.sync_names();
  files.lose_power(Fate::nothing_survives());
  CHECK_FALSE(files.find("f"));
  CHECK(content(files, "g") == "new");
}

TEST_CASE("of several changes to one name a later one never survives without the earlier ones") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    FileSystem files = holding("old");
    files.remove("f");
    files.create("f");
    files.remove("f");
    files.lose_power(Fate::drawn(Random(seed)));
    if (files.find("f")) CHECK((content(files, "f") == "old" || content(files, "f").empty()));
  }
}

TEST_CASE("after a sync that failed the memory has what the disk never gets") {
  FileSystem files = holding("old");
  File& file = files.file(*files.find("f"));
  file.write(0, "new");
  Fate nothing = Fate::nothing_survives();
  file.fail_sync(nothing);
  CHECK(file.bytes() == "new");
  file.write(3, "!");
  file.sync();
  CHECK(file.bytes() == "new!");
  files.lose_power(Fate::all_survives());
  CHECK(content(files, "f") == "old!");
}

}  // namespace
}  // namespace starling::sim::vfs
