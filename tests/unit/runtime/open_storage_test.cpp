#include "runtime/open_storage.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_directory.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

/// A data directory whose file has rows, and then a flipped bit in the middle of them.
struct DamagedFile {
  DamagedFile() {
    settings.node.data_dir = place.path();
    {
      const auto begun = open();
      REQUIRE(begun->engine->begin());
      for (std::uint64_t i = 0; i < 2000; ++i)
        REQUIRE(begun->engine->insert({.bytes = "key", .token = Token{i << 50}}, Bytes(100, 'x')));
      REQUIRE(begun->engine->commit());
    }
    std::fstream file(path("starling.db"), std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path("starling.db")) / 2);
    file.seekg(middle);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(middle);
    file.put(byte);
  }

  Result<OpenStorage> open() { return open_storage(settings, random); }
  std::filesystem::path path(const char* file) const { return place.path() / file; }

  test::TempDirectory place;
  Settings settings;
  Random random{1};
};

}  // namespace

TEST_CASE("a start after a crash does not read the whole file: damage is found by whoever reads it, and by the scrub") {
  DamagedFile directory;
  const auto again = directory.open();
  REQUIRE(again);
  CHECK(again->boot.unclean_stop);
  CHECK(again->boot.damage.empty());
}

TEST_CASE("after a life in which storage failed the file is checked, and gives way to what can be read of it") {
  DamagedFile directory;
  doubt_storage(directory.settings);
  {
    const auto again = directory.open();
    REQUIRE(again);
    REQUIRE(again->boot.damage.size() == 1);
    CHECK(again->boot.damage[0].find("was damaged") != std::string::npos);
    CHECK(again->boot.lost.size() == 1);
  }
  CHECK(std::filesystem::exists(directory.path("starling.db.damaged")));
  CHECK(directory.open()->boot.damage.empty());
}

TEST_CASE("a doubt that was without cause is gone with the next start") {
  test::TempDirectory place;
  Settings settings;
  settings.node.data_dir = place.path();
  Random random{1};
  REQUIRE(open_storage(settings, random));
  doubt_storage(settings);
  REQUIRE(open_storage(settings, random));
  CHECK(std::distance(std::filesystem::directory_iterator(place.path()), {}) == 1);
}
