#include "storage/salvage.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "causal/codec.hpp"
#include "contract/script.hpp"
#include "storage/memory/memory_engine.hpp"

/// A file that is damaged gives up what can be read, and the other replicas bring back the rest.
namespace starling::test {
namespace {

using namespace storage;
using sim::vfs::FileSystem;

constexpr std::uint64_t keys = 3000;
constexpr const char* file_name = "/starling.db";

/// A directory with many rows, closed well, and what is in it.
struct Stored {
  Stored() {
    Machine machine;
    REQUIRE(machine.open());
    REQUIRE(machine.boot());
    std::vector<Command> commands;
    for (std::uint64_t i = 0; i < keys; ++i)
      commands.emplace_back(put_of(i, "a value of some length, so that pages fill"));
    for (const auto& answer : machine.run(std::move(commands))) {
      REQUIRE(answer);
      objects.push_back(std::get<PutAnswer>(*answer).object);
    }
    REQUIRE(machine.engine().maintain(Engine::Pace::idle));
    REQUIRE(mark_clean_stop(machine.engine()));
    machine.close();
    files = machine.mount().files();
  }

  FileSystem files;
  std::vector<Bytes> objects;  ///< of each key, filled
};

FileSystem with_flips(FileSystem files, Random& random, int flips) {
  auto& file = files.file(files.find(file_name).value());
  for (int i = 0; i < flips; ++i) file.flip_bit(random.below(8 * file.bytes().size()));
  return files;
}

bool within(Token token, const std::vector<TokenRange>& ranges) {
  return std::ranges::any_of(ranges, [token](const TokenRange& range) { return range.contains(token); });
}

std::optional<Salvage> salvage_into(Engine& fresh, FileSystem files) {
  Machine machine(std::move(files));
  if (!machine.open()) return std::nullopt;
  auto saved = salvage(machine.engine(), fresh);
  if (!saved) return std::nullopt;
  return *std::move(saved);
}

TEST_CASE("what is not damaged cannot be salvaged") {
  const Stored stored;
  MemoryEngine fresh;
  CHECK_FALSE(salvage_into(fresh, stored.files));
}

TEST_CASE("of a damaged file all rows are saved but those around the damage, and that is told") {
  const Stored stored;
  Random random(1);
  int salvaged = 0;
  for (int round = 0; round < 60; ++round) {
    MemoryEngine fresh;
    const auto saved = salvage_into(fresh, with_flips(stored.files, random, 1 + round % 3));
    if (!saved) continue;
    ++salvaged;
    Bytes row;
    std::uint64_t found = 0;
    for (std::uint64_t i = 0; i < keys; ++i) {
      const ring::Key key = script_key(i);
      const bool there = fresh.get(key, row).value();
      found += there ? 1 : 0;
      CHECK((there || within(key.token, saved->lost)));
    }
    CHECK(found == saved->rows);
    const auto records = fresh.load_records().value();
    const auto told = std::ranges::find(records, lost_ranges_record, &Engine::Record::first);
    REQUIRE(told != records.end());
  }
  CHECK(salvaged > 40);
}

TEST_CASE("what was lost comes back from another replica, and nothing of it counts as replaced") {
  const Stored stored;
  Random random(2);
  int recovered = 0;
  for (int round = 0; round < 20; ++round) {
    MemoryEngine fresh;
    const auto saved = salvage_into(fresh, with_flips(stored.files, random, 1));
    if (!saved) continue;
    REQUIRE(boot(fresh, random, Durability::full));
    auto shard = Shard::open(fresh, random.fork()).value();
    std::vector<Command> commands;
    for (std::uint16_t p = 0; p < script_partitions; ++p)
      commands.emplace_back(Recover{PartitionId{p}, first_token(PartitionId{p}), last_token(PartitionId{p})});
    for (const auto& answer : shard.run(commands)) REQUIRE(answer);

    commands.clear();
    for (std::uint64_t i = 0; i < keys; ++i)
      commands.emplace_back(Merge{partition_of(script_key(i)), script_key(i), stored.objects[i]});
    std::uint64_t changed = 0;
    for (const auto& answer : shard.run(commands)) {
      REQUIRE(answer);
      changed += std::get<MergeAnswer>(*answer).changed ? 1 : 0;
    }
    CHECK(changed >= keys - saved->rows);
    for (std::uint64_t i = 0; i < keys; ++i) {
      const auto answer = shard.read(Get{partition_of(script_key(i)), script_key(i)});
      REQUIRE(answer);
      CHECK(std::get<GetAnswer>(*answer).object.siblings.size() == 1);
    }
    recovered += saved->rows < keys ? 1 : 0;
  }
  CHECK(recovered > 5);
}

TEST_CASE("without being told of a loss a replica takes what it has lost for replaced") {
  // Why Recover exists: this is what would happen without it.
  const Stored stored;
  MemoryEngine fresh;
  Random random(3);
  std::optional<Salvage> saved;
  while (!saved || saved->rows == keys) {
    fresh = MemoryEngine();
    saved = salvage_into(fresh, with_flips(stored.files, random, 1));
  }
  REQUIRE(boot(fresh, random, Durability::full));
  auto shard = Shard::open(fresh, random.fork()).value();
  std::vector<Command> commands;
  for (std::uint64_t i = 0; i < keys; ++i)
    commands.emplace_back(Merge{partition_of(script_key(i)), script_key(i), stored.objects[i]});
  REQUIRE(shard.run(commands).size() == keys);
  std::uint64_t missing = 0;
  for (std::uint64_t i = 0; i < keys; ++i) {
    const auto answer = shard.read(Get{partition_of(script_key(i)), script_key(i)});
    missing += answer && std::get<GetAnswer>(*answer).object.siblings.empty() ? 1 : 0;
  }
  CHECK(missing == keys - saved->rows);
}

TEST_CASE("a damaged row goes when its partition recovers, the others keep what they know") {
  Machine machine;
  REQUIRE(machine.open());
  REQUIRE(machine.boot());
  std::vector<Command> puts;
  for (std::uint64_t i = 0; i < 200; ++i) puts.emplace_back(put_of(i, "value"));
  REQUIRE(machine.run(std::move(puts)).size() == 200);
  const ring::Key victim = script_key(17);
  const PartitionId partition = partition_of(victim);
  REQUIRE(machine.engine().begin());
  REQUIRE(machine.engine().update(victim, "no row"));
  REQUIRE(machine.engine().commit());
  const auto answers = machine.run({Recover{partition, first_token(partition), last_token(partition)}});
  REQUIRE(answers.front());
  CHECK(std::get<RecoverAnswer>(*answers.front()).lost == 1);
  const auto survey = machine.shard().read(Survey{{partition}});
  REQUIRE(survey);
  const causal::Seen& seen = std::get<SurveyAnswer>(*survey).partitions.front().seen;
  std::set<causal::Dot> shown;
  for (std::uint64_t i = 0; i < 200; ++i) {
    if (partition_of(script_key(i)) != partition) continue;
    const auto got = machine.shard().read(Get{partition, script_key(i)});
    REQUIRE(got);
    for (const auto& sibling : std::get<GetAnswer>(*got).object.siblings) {
      CHECK(seen.contains(sibling.dot));
      shown.insert(sibling.dot);
    }
  }
  std::uint64_t dots = 0;
  for (const auto& [actor, set] : seen.actors()) dots += set.base() + set.above().cardinality();
  CHECK(dots == shown.size());
}

}  // namespace
}  // namespace starling::test
