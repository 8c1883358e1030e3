#include "contract/script.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ensure.hpp"
#include "causal/codec.hpp"

namespace starling::test {

using namespace storage;

namespace {

constexpr unsigned partition_shift = 62;

Outcome outcome_of(const Error& error) {
  return error.code == ErrorCode::disk_full ? Outcome::refused : Outcome::failed;
}

Outcome outcome_of(const Result<>& result) { return result ? Outcome::done : outcome_of(result.error()); }

/// A process that cannot start ends, whatever the reason.
Outcome open(Machine& machine) { return machine.open() ? Outcome::done : Outcome::failed; }
Outcome boot(Machine& machine) { return machine.boot() ? Outcome::done : Outcome::failed; }

using Commands = std::vector<Command>;

/// One transaction. A command may be refused for reasons of its own; that is part of the script.
Step batch(std::string name, std::function<Commands(Machine&)> commands) {
  return {std::move(name), [commands = std::move(commands)](Machine& machine) {
            if (machine.shard().poisoned()) return Outcome::failed;
            for (const auto& answer : machine.run(commands(machine))) {
              if (answer) continue;
              const ErrorCode code = answer.error().code;
              if (code == ErrorCode::disk_full || code == ErrorCode::storage_failed) return outcome_of(answer.error());
            }
            return Outcome::done;
          }};
}

Step keep_house(Engine::Pace pace) {
  return {pace == Engine::Pace::idle ? "housekeeping in a pause" : "housekeeping",
          [pace](Machine& machine) { return outcome_of(machine.engine().maintain(pace)); }};
}

/// What a reader of the key would write with.
causal::VersionVector context_of(Machine& machine, std::uint64_t number) {
  const ring::Key key = script_key(number);
  const auto answer = machine.shard().read(Get{partition_of(key), key});
  return answer ? std::get<GetAnswer>(*answer).object.context : causal::VersionVector{};
}

Commands puts(std::uint64_t from, std::uint64_t to, std::size_t bytes) {
  Commands commands;
  for (std::uint64_t number = from; number < to; ++number)
    commands.emplace_back(put_of(number, Bytes(bytes + number % 7, static_cast<char>('a' + number % 26))));
  return commands;
}

Commands overwrites(Machine& machine, std::uint64_t from, std::uint64_t to, std::size_t bytes) {
  Commands commands = puts(from, to, bytes);
  for (Command& command : commands) {
    auto& put = std::get<Put>(command);
    put.context = context_of(machine, from++);
  }
  return commands;
}

Commands deletes(Machine& machine, std::uint64_t from, std::uint64_t to) {
  Commands commands = overwrites(machine, from, to, 0);
  for (Command& command : commands) {
    auto& sibling = std::get<Put>(command).sibling;
    sibling.tombstone = true;
    sibling.value.clear();
  }
  return commands;
}

/// What another replica would send: its own writes to keys that we may have, and one thing that is no object.
Commands merges(std::uint64_t from, std::uint64_t to, std::uint64_t seed) {
  Commands commands;
  Random random(seed);
  std::array<causal::PartitionState, script_partitions> theirs;
  for (std::uint64_t number = from; number < to; ++number) {
    const ring::Key key = script_key(number);
    causal::Sibling sibling;
    sibling.value = Bytes(150, static_cast<char>('A' + number % 26));
    auto put = causal::apply_put(theirs[partition_of(key).value], {}, {}, std::move(sibling), random);
    commands.emplace_back(Merge{partition_of(key), key, causal::encode(put.filled)});
  }
  commands.emplace_back(Merge{PartitionId{0}, script_key(0), "no object"});
  return commands;
}

/// The same, as a page for each partition.
Commands pages(std::uint64_t from, std::uint64_t to, std::uint64_t seed) {
  std::array<MergePage, script_partitions> pages;
  for (Command& command : merges(from, to, seed)) {
    auto& [partition, key, object] = std::get<Merge>(command);
    auto decoded = causal::decode_filled_object(object);
    if (decoded) pages[partition.value].rows.push_back({std::move(key), *std::move(decoded)});
  }
  Commands commands;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    pages[i].partition = {static_cast<std::uint16_t>(i)};
    std::ranges::sort(pages[i].rows, {}, &ScannedRow::key);
    commands.emplace_back(std::move(pages[i]));
  }
  return commands;
}

/// Puts that two nodes have missed, one older debt, and what others have entrusted to us for one of them.
Commands hinted_puts(Machine& machine) {
  Commands commands = overwrites(machine, 8, 16, 30);
  for (Command& command : commands) std::get<Put>(command).hinted = {NodeId{5}, NodeId{6}};
  const ring::Key key = script_key(1);
  commands.emplace_back(KeepHint{NodeId{6}, partition_of(key), key});
  for (Command& command : merges(60, 66, 41)) {
    auto& [partition, of, object] = std::get<Merge>(command);
    commands.emplace_back(KeepPayload{NodeId{6}, partition, std::move(of), std::move(object)});
  }
  return commands;
}

Commands settled_hints(Machine& machine) {
  SettleHints settle{.target = NodeId{6}};
  const auto listed = machine.shard().read(ListHints{NodeId{6}, {}, 10, 1U << 20});
  if (listed)
    for (const HintedObject& hint : std::get<ListHintsAnswer>(*listed).hints)
      settle.delivered.push_back({hint.partition, hint.key, hint.fingerprint});
  return {std::move(settle)};
}

/// One piece of a partition that is not ours any more.
Step drop(std::string name, std::uint32_t rows_max) {
  constexpr PartitionId lost{script_partitions - 1};
  return batch(std::move(name),
               [=](Machine&) { return Commands{DropPartition{lost, first_token(lost), last_token(lost), rows_max}}; });
}

void found_and_fill(std::vector<Step>& steps) {
  steps.push_back({"open an empty directory", open});
  steps.push_back({"the first boot", boot});
  steps.push_back(batch("a record and a first put", [](Machine&) {
    Commands commands = puts(0, 1, 20);
    commands.emplace_back(SaveRecord{"ring", Bytes(300, 'r')});
    return commands;
  }));
  steps.push_back(batch("sixteen puts", [](Machine&) { return puts(1, 17, 120); }));
  steps.push_back(batch("siblings, and one too many", [](Machine&) {
    Commands commands = puts(0, 4, 60);
    auto refused = put_of(0, "never to be seen");
    refused.siblings_max = 1;
    commands.emplace_back(std::move(refused));
    return commands;
  }));
  steps.push_back(keep_house(Engine::Pace::idle));
}

void work_on(std::vector<Step>& steps) {
  steps.push_back(batch("hints", hinted_puts));
  steps.push_back(batch("values of several pages", [](Machine&) { return puts(20, 24, 5000); }));
  steps.push_back(batch("overwrites", [](Machine& m) { return overwrites(m, 0, 12, 200); }));
  steps.push_back(batch("deletes", [](Machine& m) { return deletes(m, 4, 8); }));
  steps.push_back(batch("merges", [](Machine&) { return merges(6, 14, 40); }));
  steps.push_back(batch("pages of rows", [](Machine&) { return pages(70, 90, 42); }));
  steps.push_back(keep_house(Engine::Pace::busy));
  steps.push_back(batch("actors are doubted", [](Machine&) {
    return Commands{DoubtActors{{PartitionId{1}, PartitionId{2}}}, SaveRecord{"peers", "p"}};
  }));
  steps.push_back(batch("hints that were delivered", settled_hints));
  steps.push_back(batch("thirty more", [](Machine&) { return puts(24, 54, 400); }));
  steps.push_back(keep_house(Engine::Pace::busy));
  steps.push_back(batch("overwrites in a log begun anew", [](Machine& m) { return overwrites(m, 20, 26, 900); }));
}

}  // namespace

std::vector<Step> script() {
  std::vector<Step> steps;
  found_and_fill(steps);
  work_on(steps);
  steps.push_back({"a clean stop is marked", [](Machine& m) { return outcome_of(mark_clean_stop(m.engine())); }});
  steps.push_back({"closed", [](Machine& m) {
                     m.close();
                     return Outcome::done;
                   }});
  steps.push_back({"opened again", open});
  steps.push_back({"the second boot", boot});
  steps.push_back(batch("a deleted key is written again", [](Machine& m) { return overwrites(m, 4, 7, 100); }));
  steps.push_back(batch("a record goes", [](Machine&) { return Commands{SaveRecord{"peers", ""}}; }));
  steps.push_back(drop("a partition begins to go", 4));
  steps.push_back({"killed", [](Machine& m) {
                     m.kill();
                     return Outcome::done;
                   }});
  steps.push_back({"opened after the kill", open});
  steps.push_back({"the third boot", boot});
  steps.push_back(drop("more of it goes", 4));
  steps.push_back(batch("a last word, also to what is going", [](Machine& m) { return overwrites(m, 0, 4, 50); }));
  steps.push_back(drop("the rest of it goes", 100));
  return steps;
}

ring::Key script_key(std::uint64_t number) {
  const std::uint64_t partition = number % script_partitions;
  const std::uint64_t spread = number * 0x9e37'79b9'7f4a'7c15ULL >> (64 - partition_shift);
  return {.bytes = Bytes("\0key", 4) + std::to_string(number), .token = Token{partition << partition_shift | spread}};
}

PartitionId partition_of(const ring::Key& key) {
  return PartitionId{static_cast<std::uint16_t>(key.token.value >> partition_shift)};
}

Token first_token(PartitionId partition) { return Token{std::uint64_t{partition.value} << partition_shift}; }
Token last_token(PartitionId partition) {
  return Token{first_token(partition).value | ((std::uint64_t{1} << partition_shift) - 1)};
}

Put put_of(std::uint64_t number, Bytes value, causal::VersionVector context) {
  const ring::Key key = script_key(number);
  causal::Sibling sibling;
  sibling.value = std::move(value);
  return {partition_of(key), key, std::move(context), std::move(sibling), 100};
}

}  // namespace starling::test
