#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/random.hpp"
#include "storage/sqlite/sqlite_engine.hpp"
#include "support/temp_directory.hpp"
#include "unit/storage/sql.hpp"

/// What the SQLite engine does at the edges of its disk.
namespace starling::storage {
namespace {

using test::TempDirectory;

ring::Key key(std::uint64_t number) { return {.bytes = "key", .token = Token{number * 0x9e37'79b9'7f4a'7c15ULL}}; }

Result<> write(Engine& engine, std::uint64_t first, std::uint64_t count) {
  auto done = engine.begin();
  for (std::uint64_t i = first; done && i < first + count; ++i) done = engine.insert(key(i), Bytes(1000, 'x'));
  if (done) done = engine.commit();
  if (!done) engine.rollback();
  return done;
}

bool has(Engine& engine, std::uint64_t number) {
  Bytes row;
  const auto found = engine.get(key(number), row);
  return found.has_value() && *found;
}

TEST_CASE("a full disk is said to be full, keeps what it has, and takes writes again when there is room") {
  TempDirectory place;
  const auto opened = SqliteEngine::open({.directory = place.path(), .file_bytes_max = 1 << 20});
  REQUIRE(opened.has_value());
  Engine& engine = **opened;
  std::uint64_t written = 0;
  Result<> done;
  while ((done = write(engine, written, 10))) written += 10;
  CHECK(done.error().code == ErrorCode::disk_full);
  CHECK(done.error().message.find("starling.db") != std::string::npos);
  CHECK(written > 300);
  CHECK(has(engine, 0));
  CHECK(has(engine, written - 1));
  CHECK_FALSE(has(engine, written));

  REQUIRE(engine.begin().has_value());
  for (std::uint64_t i = 0; i < 100; ++i) REQUIRE(engine.erase(key(i)).has_value());
  REQUIRE(engine.commit().has_value());
  CHECK(write(engine, written, 10).has_value());
}

TEST_CASE("a write that the system refuses is a storage failure") {
  TempDirectory place;
  const auto opened = SqliteEngine::open({.directory = place.path()});
  REQUIRE(opened.has_value());
  REQUIRE(write(**opened, 0, 10).has_value());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 200'000, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const auto done = write(**opened, 10, 1000);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == ErrorCode::storage_failed);
}

TEST_CASE("checkpoints keep the log bounded under writes that never pause, and empty it in a pause") {
  TempDirectory place;
  constexpr std::uint64_t wal_bytes_max = 1 << 20;
  const auto opened =
      SqliteEngine::open({.directory = place.path(), .durability = Durability::normal, .wal_bytes_max = wal_bytes_max});
  REQUIRE(opened.has_value());
  Engine& engine = **opened;
  const auto wal = place.path() / "starling.db-wal";
  REQUIRE(write(engine, 0, 2000).has_value());
  REQUIRE(engine.maintain(Engine::Pace::idle).has_value());
  CHECK(std::filesystem::file_size(wal) == 0);

  Random random(1);
  std::uintmax_t longest = 0;
  for (int batch = 0; batch < 1200; ++batch) {
    REQUIRE(engine.begin().has_value());
    for (int i = 0; i < 16; ++i) REQUIRE(engine.update(key(random.below(2000)), Bytes(1000, 'y')).has_value());
    const std::vector<Engine::StateRow> states = {{PartitionId{1}, Bytes(500, 's')}};
    REQUIRE(engine.save_states(states).has_value());
    REQUIRE(engine.commit().has_value());
    REQUIRE(engine.maintain(Engine::Pace::busy).has_value());
    longest = std::max(longest, std::filesystem::file_size(wal));
  }
  CHECK(engine.stats().checkpoints > 5);
  CHECK(longest < 2 * wal_bytes_max);
  REQUIRE(engine.maintain(Engine::Pace::idle).has_value());
  CHECK(std::filesystem::file_size(wal) == 0);
  CHECK(engine.stats().wal_bytes == 0);
  CHECK(engine.check().has_value());
}

TEST_CASE("a checkpoint that has caught up with a writer who pauses is over with the next write") {
  TempDirectory place;
  constexpr std::uint64_t wal_bytes_max = 1 << 20;
  const auto opened = SqliteEngine::open({.directory = place.path(), .wal_bytes_max = wal_bytes_max});
  REQUIRE(opened.has_value());
  Engine& engine = **opened;
  std::uint64_t written = 2000;
  REQUIRE(write(engine, 0, written).has_value());
  for (int i = 0; i < 1000 && engine.stats().checkpoints == 0; ++i) {
    REQUIRE(engine.maintain(Engine::Pace::busy).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE(write(engine, written++, 1).has_value());
  }
  CHECK(engine.stats().checkpoints == 1);
  CHECK(engine.stats().wal_bytes < wal_bytes_max / 10);
}

TEST_CASE("whoever is killed while a checkpoint runs beside it has lost nothing") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path(), .wal_bytes_max = 256 << 10};
  int committed[2];
  REQUIRE(pipe(committed) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto engine = SqliteEngine::open(options);
    for (std::uint64_t batch = 0; engine; ++batch) {
      if (!write(**engine, 10 * batch, 10) || !(*engine)->maintain(Engine::Pace::busy)) break;
      if (::write(committed[1], &batch, sizeof batch) != sizeof batch) break;
    }
    _exit(1);
  }
  close(committed[1]);
  std::uint64_t last = 0;
  while (last < 500) REQUIRE(::read(committed[0], &last, sizeof last) == sizeof last);
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  while (::read(committed[0], &last, sizeof last) == sizeof last) {
  }
  close(committed[0]);

  const auto opened = SqliteEngine::open(options);
  REQUIRE(opened.has_value());
  std::uint64_t missing = 0;
  for (std::uint64_t number = 0; number < 10 * (last + 1); ++number) missing += has(**opened, number) ? 0U : 1U;
  CHECK(missing == 0);
  CHECK((*opened)->check().has_value());
}

TEST_CASE("a damaged log of states is told, and what is older remains") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  const auto save = [&](const Bytes& bytes) {
    const auto opened = SqliteEngine::open(options);
    REQUIRE((*opened)->begin().has_value());
    REQUIRE((*opened)->save_states(std::vector<Engine::StateRow>{{PartitionId{1}, bytes}}).has_value());
    REQUIRE((*opened)->commit().has_value());
  };
  save("older");
  save("newer");
  test::run_sql_as_engine(
      place.path() / "starling.db",
      "UPDATE state_log SET bytes = x'0001' WHERE sequence = (SELECT max(sequence) FROM state_log)");

  const auto opened = SqliteEngine::open(options);
  const auto states = (*opened)->load_states();
  REQUIRE(states.has_value());
  CHECK_FALSE(states->complete);
  CHECK(states->rows == std::vector<Engine::StateRow>{{PartitionId{1}, "older"}});
}

}  // namespace
}  // namespace starling::storage
