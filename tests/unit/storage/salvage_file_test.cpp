#include "storage/sqlite/salvage_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "storage/boot.hpp"
#include "storage/shard.hpp"
#include "support/temp_directory.hpp"

using namespace starling;
using namespace starling::storage;

namespace {

constexpr std::uint64_t keys = 2000;

ring::Key key(std::uint64_t number) { return ring::Key::make("", "key " + std::to_string(number)).value(); }

/// A file with many rows of one partition.
struct Directory {
  Directory() {
    auto engine = SqliteEngine::open(options).value();
    boot(*engine, random, Durability::full).value();
    auto shard = Shard::open(*engine, random.fork()).value();
    std::vector<Command> commands;
    for (std::uint64_t i = 0; i < keys; ++i)
      commands.emplace_back(Put{.partition = {0}, .key = key(i), .sibling = {.value = "a value that fills pages"}});
    for (const auto& answer : shard.run(commands)) REQUIRE(answer);
  }

  void flip(std::streamoff at) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }
  std::filesystem::path path() const { return options.directory / options.file; }

  test::TempDirectory place;
  SqliteOptions options{.directory = place.path()};
  Random random{1};
};

}  // namespace

TEST_CASE("a whole file is left as it is") {
  Directory directory;
  const auto beside = directory.path().native() + ".link";
  std::filesystem::create_hard_link(directory.path(), beside);
  CHECK_FALSE(salvage_file(directory.options));
  CHECK(std::filesystem::equivalent(directory.path(), beside));
  CHECK_FALSE(std::filesystem::exists(directory.path().native() + damaged_suffix));
}

TEST_CASE("a damaged file gives way to one with what could be read, and is kept beside it") {
  Directory directory;
  directory.flip(static_cast<std::streamoff>(std::filesystem::file_size(directory.path()) / 2));
  {
    auto engine = SqliteEngine::open(directory.options).value();
    CHECK_FALSE(engine->check());
  }
  const auto saved = salvage_file(directory.options);
  REQUIRE(saved);
  CHECK(saved->rows < keys);
  CHECK(saved->rows > keys / 2);
  CHECK(saved->lost.size() == 1);
  CHECK(std::filesystem::exists(directory.path().native() + damaged_suffix));

  auto engine = SqliteEngine::open(directory.options).value();
  CHECK(engine->check());
  const auto booted = boot(*engine, directory.random, Durability::full).value();
  CHECK(booted.generation.value == 2);
  CHECK(booted.lost == saved->lost);
}

TEST_CASE("a file whose records are damaged is not salvaged: without its identity it would be another node's") {
  Directory directory;
  // The first page has the list of the tables; behind it each page is tried.
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(directory.path()));
  for (std::streamoff page = 0; page < 12 * 2048 && page < size; page += 2048) directory.flip(page + 1000);
  CHECK_FALSE(salvage_file(directory.options));
  CHECK(std::filesystem::exists(directory.path()));
  CHECK_FALSE(std::filesystem::exists(directory.path().native() + damaged_suffix));
}
