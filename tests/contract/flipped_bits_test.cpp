#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contract/script.hpp"

/// Bits of the files turn on the disk.
namespace starling::test {
namespace {

using namespace storage;
using sim::vfs::FileSystem;

constexpr const char* file_name = "/starling.db";
constexpr const char* log_name = "/starling.db-wal";

/// More with STARLING_FLIPS=n.
std::uint64_t flips() {
  const char* wanted = std::getenv("STARLING_FLIPS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 4000;
}

FileSystem with_flip(FileSystem files, const char* name, Random& random) {
  auto& file = files.file(files.find(name).value());
  file.flip_bit(random.below(8 * file.bytes().size()));
  return files;
}

using Siblings = std::map<ring::Key, std::vector<causal::Sibling>>;

Result<Siblings> scan(Machine& machine, PartitionId partition) {
  const auto answer =
      machine.shard().read(Scan{partition, first_token(partition), last_token(partition), {}, {}, 10'000, 1U << 30});
  if (!answer) return std::unexpected(answer.error());
  Siblings found;
  for (const ScannedRow& row : std::get<ScanAnswer>(*answer).rows) found.emplace(row.key, row.object.siblings);
  return found;
}

/// A directory that was closed well, and what is in it.
class Whole {
 public:
  Whole() {
    Machine machine;
    for (const Step& step : script()) REQUIRE(step.act(machine) == Outcome::done);
    REQUIRE(mark_clean_stop(machine.engine()).has_value());
    for (std::uint16_t i = 0; i < script_partitions; ++i) rows_.merge(scan(machine, PartitionId{i}).value());
    for (const auto& [key, siblings] : rows_)
      for (const auto& sibling : siblings) dots_.insert(sibling.dot);
    machine.close();
    files = machine.mount().files();
    REQUIRE(files.names().size() == 1);
  }

  /// What one who opens the directory after a flip is told wrongly; "" for nothing. An error is no lie.
  std::string lie_in(FileSystem flipped) const {
    Machine machine(std::move(flipped));
    if (!machine.open() || !machine.boot()) return "";
    for (const auto& [key, siblings] : rows_) {
      const auto answer = machine.shard().read(Get{partition_of(key), key});
      if (answer && std::get<GetAnswer>(*answer).object.siblings != siblings) return "a row is read wrongly";
    }
    for (std::uint16_t i = 0; i < script_partitions; ++i) {
      const auto found = scan(machine, PartitionId{i});
      if (found && !std::ranges::equal(*found, rows_of(PartitionId{i}))) return "a scan finds other rows";
    }
    std::vector<Command> commands;
    for (std::uint64_t i = 0; i < script_partitions; ++i) commands.emplace_back(put_of(1000 + i, "later"));
    for (const auto& answer : machine.run(std::move(commands)))
      if (answer && dots_.contains(std::get<PutAnswer>(*answer).dot)) return "a dot is issued twice";
    return "";
  }

  FileSystem files;

 private:
  Siblings rows_of(PartitionId partition) const {
    Siblings rows;
    for (const auto& row : rows_)
      if (partition_of(row.first) == partition) rows.insert(row);
    return rows;
  }

  Siblings rows_;
  std::set<causal::Dot> dots_;
};

TEST_CASE("a bit that turned in the file never changes what is read: the right thing comes, or an error") {
  const Whole whole;
  Random random(1);
  for (std::uint64_t i = 0; i < flips(); ++i) CHECK(whole.lie_in(with_flip(whole.files, file_name, random)) == "");
}

TEST_CASE("a bit that turned in the log takes the directory back to an earlier commit, never to a mixture") {
  Machine machine;
  std::vector<Dump> commits;
  for (const Step& step : script()) {
    if (step.name == "a clean stop is marked") break;
    REQUIRE(step.act(machine) == Outcome::done);
    commits.push_back(machine.dump().value());
  }
  machine.kill();
  Random random(2);
  std::size_t earlier = 0;
  for (std::uint64_t i = 0; i < flips() / 4; ++i) {
    Machine flipped(with_flip(machine.mount().files(), log_name, random));
    if (!flipped.open()) continue;
    const auto dump = flipped.dump();
    if (!dump) continue;
    CHECK(std::ranges::find(commits, *dump) != commits.end());
    earlier += *dump == commits.back() ? 0U : 1U;
  }
  CHECK(earlier > 0);
}

}  // namespace
}  // namespace starling::test
