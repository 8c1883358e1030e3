#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "storage/sqlite/sqlite_engine.hpp"
#include "support/temp_directory.hpp"
#include "unit/storage/sql.hpp"

/// Opening a data directory, and every refusal: it names the file and says what to do.
namespace starling::storage {
namespace {

using test::run_sql;
using test::run_sql_as_engine;
using test::TempDirectory;

Error refusal_of(const SqliteOptions& options) {
  const auto opened = SqliteEngine::open(options);
  REQUIRE_FALSE(opened.has_value());
  return opened.error();
}

bool says(const Error& error, const std::string& words) { return error.message.find(words) != std::string::npos; }

TEST_CASE("a missing directory is made") {
  TempDirectory place;
  const auto directory = place.path() / "a" / "b";
  CHECK(SqliteEngine::open({.directory = directory}).has_value());
  CHECK(std::filesystem::exists(directory / "starling.db"));
}

TEST_CASE("a directory that is open is refused, in this process and in another") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  const auto holder = SqliteEngine::open(options);
  REQUIRE(holder.has_value());
  const Error error = refusal_of(options);
  CHECK(error.code == ErrorCode::denied);
  CHECK(says(error, "starling.db"));
  CHECK(says(error, "in use by another process"));

  const pid_t child = fork();
  if (child == 0) {
    const auto opened = SqliteEngine::open(options);
    _exit(!opened && opened.error().code == ErrorCode::denied ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a directory whose holder was killed can be opened") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  const pid_t child = fork();
  if (child == 0) {
    const auto engine = SqliteEngine::open(options);
    const ring::Key key{.bytes = "k", .token = Token{1}};
    const bool done = engine && (*engine)->begin() && (*engine)->insert(key, "row") && (*engine)->commit();
    _exit(done ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  const auto engine = SqliteEngine::open(options);
  REQUIRE(engine.has_value());
  Bytes row;
  CHECK((*engine)->get({.bytes = "k", .token = Token{1}}, row) == true);
  CHECK((*engine)->check().has_value());
}

TEST_CASE("a newer format is refused and left as it is") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  REQUIRE(SqliteEngine::open(options).has_value());
  run_sql_as_engine(place.path() / "starling.db", "PRAGMA user_version = 99");
  const Error error = refusal_of(options);
  CHECK(error.code == ErrorCode::unsupported);
  CHECK(says(error, "format 99"));
  CHECK(says(error, "newer"));
}

TEST_CASE("the format of a development version is refused too") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  REQUIRE(SqliteEngine::open(options).has_value());
  run_sql_as_engine(place.path() / "starling.db", "PRAGMA user_version = 1");
  const Error error = refusal_of(options);
  CHECK(error.code == ErrorCode::unsupported);
  CHECK(says(error, "format 1"));
  CHECK(says(error, "join as a new one"));
}

TEST_CASE("a file of the format before is opened, and is one of this format then") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  const auto file = place.path() / "starling.db";
  {
    const auto engine = SqliteEngine::open(options);
    REQUIRE((engine && (*engine)->begin() && (*engine)->save_record("r", "kept") && (*engine)->commit()));
  }
  run_sql_as_engine(file, "PRAGMA user_version = 3");
  REQUIRE((*SqliteEngine::open(options))->load_records()->size() == 1);
  std::ifstream header(file, std::ios::binary);
  header.seekg(63);  // the last byte of SQLite's user version
  CHECK(header.get() == 4);
}

TEST_CASE("somebody else's database is refused and not touched") {
  TempDirectory place;
  const auto file = place.path() / "starling.db";
  run_sql(file, "CREATE TABLE theirs (x)");
  std::ifstream before_stream(file, std::ios::binary);
  const std::string before(std::istreambuf_iterator<char>(before_stream), {});
  const Error error = refusal_of({.directory = place.path()});
  CHECK(error.code == ErrorCode::invalid);
  CHECK(says(error, "not a Starling database"));
  std::ifstream after_stream(file, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(after_stream), {}) == before);
}

TEST_CASE("a file that is no database is refused") {
  TempDirectory place;
  std::ofstream(place.path() / "starling.db") << std::string(10'000, 'x');
  const Error error = refusal_of({.directory = place.path()});
  CHECK(error.code == ErrorCode::invalid);
  CHECK(says(error, "starling.db"));
}

TEST_CASE("a directory that cannot be one is refused") {
  TempDirectory place;
  std::ofstream(place.path() / "file") << "x";
  const Error error = refusal_of({.directory = place.path() / "file"});
  CHECK(error.code == ErrorCode::denied);
  CHECK(says(error, (place.path() / "file").native()));
}

TEST_CASE("a database file that is a directory is refused") {
  TempDirectory place;
  std::filesystem::create_directory(place.path() / "starling.db");
  const Error error = refusal_of({.directory = place.path()});
  CHECK(error.code == ErrorCode::denied);
  CHECK(says(error, "starling.db"));
}

TEST_CASE("a read-only directory is refused") {
  if (geteuid() == 0) return;  // Nothing is read-only for root.
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  REQUIRE(SqliteEngine::open(options).has_value());
  using std::filesystem::perms;
  std::filesystem::permissions(place.path() / "starling.db", perms::owner_read);
  std::filesystem::permissions(place.path(), perms::owner_read | perms::owner_exec);
  const Error error = refusal_of(options);
  std::filesystem::permissions(place.path(), perms::owner_all);
  CHECK(error.code == ErrorCode::denied);
}

TEST_CASE("damage to the file's pages is found by a check") {
  TempDirectory place;
  const SqliteOptions options{.directory = place.path()};
  {
    const auto engine = SqliteEngine::open(options);
    REQUIRE((*engine)->begin().has_value());
    for (std::uint64_t i = 0; i < 1000; ++i)
      REQUIRE((*engine)->insert({.bytes = "key", .token = Token{i << 50}}, Bytes(100, 'x')).has_value());
    REQUIRE((*engine)->commit().has_value());
  }
  std::fstream file(place.path() / "starling.db", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(10 * 4096);
  file << std::string(64, '\x55');
  file.close();
  const auto engine = SqliteEngine::open(options);
  REQUIRE(engine.has_value());
  const auto checked = (*engine)->check();
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().code == ErrorCode::storage_failed);
  CHECK(says(checked.error(), "starling.db"));
}

}  // namespace
}  // namespace starling::storage
