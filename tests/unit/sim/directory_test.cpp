#include "sim/directory.hpp"

#include <doctest/doctest.h>

#include <string>

namespace starling::sim {
namespace {

ring::Key key(std::uint64_t number) { return {.bytes = "key", .token = Token{number}}; }

Result<> write(storage::Engine& engine, std::uint64_t number, BytesView row) {
  auto done = engine.begin();
  if (done) done = engine.insert(key(number), row);
  if (done) done = engine.commit();
  if (!done) engine.rollback();
  return done;
}

/// A directory of either engine, opened as by one process after the other.
struct Place {
  explicit Place(EngineKind kind) : directory(make_directory(kind, Random(1))) {}

  storage::Engine& open() {
    auto opened = directory->open();
    REQUIRE_MESSAGE(opened.has_value(), opened.error().message);
    engine = *opened;
    return *engine;
  }
  bool has(std::uint64_t number) {
    Bytes row;
    const auto found = engine->get(key(number), row);
    REQUIRE(found.has_value());
    return *found;
  }

  std::unique_ptr<Directory> directory;
  storage::Engine* engine{};
};

const EngineKind engines[] = {EngineKind::memory, EngineKind::sqlite};

TEST_CASE("what was committed is there after any number of crashes, and nothing else") {
  for (const EngineKind kind : engines) {
    Place place(kind);
    for (std::uint64_t life = 0; life < 50; ++life) {
      storage::Engine& engine = place.open();
      for (std::uint64_t i = 0; i < 2 * life; ++i) REQUIRE(place.has(i) == (i % 2 == 0));
      REQUIRE(write(engine, 2 * life, Bytes(1000, 'x')).has_value());
      REQUIRE(engine.begin().has_value());
      REQUIRE(engine.insert(key(2 * life + 1), "never committed").has_value());
      place.directory->crash();
    }
  }
}

TEST_CASE("a directory goes back to a copy of it, and becomes another's when it gets that one's copy") {
  for (const EngineKind kind : engines) {
    Place place(kind);
    REQUIRE(write(place.open(), 1, "one").has_value());
    const DirectoryCopy copy = place.directory->copy();
    REQUIRE(write(*place.engine, 2, "two").has_value());
    place.directory->crash();
    place.directory->restore(copy);
    place.open();
    CHECK(place.has(1));
    CHECK_FALSE(place.has(2));

    Place other(kind);
    other.directory->restore(copy);
    other.open();
    CHECK(other.has(1));
    place.directory->crash();
    other.directory->crash();
  }
}

TEST_CASE("a wiped directory is empty") {
  for (const EngineKind kind : engines) {
    Place place(kind);
    REQUIRE(write(place.open(), 1, "one").has_value());
    place.directory->close();
    place.directory->restore({});
    place.open();
    CHECK_FALSE(place.has(1));
  }
}

TEST_CASE("a full disk says so, serves reads, and takes writes again when there is room") {
  for (const EngineKind kind : engines) {
    Place place(kind);
    storage::Engine& engine = place.open();
    REQUIRE(write(engine, 1, "one").has_value());
    place.directory->ail(Ailment::full);
    const auto done = write(engine, 2, "two");
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == ErrorCode::disk_full);
    CHECK(place.has(1));
    place.directory->ail(Ailment::none);
    CHECK(write(engine, 2, "two").has_value());
  }
}

TEST_CASE("a disk that fails is told as a storage failure, and can be opened when it works again") {
  for (const EngineKind kind : engines) {
    for (const Ailment ailment : {Ailment::failing_writes, Ailment::failing_reads}) {
      Place place(kind);
      REQUIRE(write(place.open(), 1, "one").has_value());
      place.directory->ail(ailment);
      Result<> done;
      for (std::uint64_t i = 2; done && i < 12; ++i) done = write(*place.engine, i, "more");
      REQUIRE_FALSE(done.has_value());
      CHECK(done.error().code == ErrorCode::storage_failed);
      place.directory->crash();
      place.directory->ail(Ailment::none);
      place.open();
      CHECK(place.has(1));
    }
  }
}

}  // namespace
}  // namespace starling::sim
