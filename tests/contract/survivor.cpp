#include "contract/survivor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "contract/script.hpp"

namespace starling::test {

using namespace storage;

namespace {

std::string difference(const Dump& dump, const Dump& expected) {
  return fmt::format("rows {} {}, hints {} {}, states {} {}, records {} {}", dump.rows.size(),
                     dump.rows == expected.rows ? "equal" : "differ", dump.hints.size(),
                     dump.hints == expected.hints ? "equal" : "differ", dump.states.size(),
                     dump.states == expected.states ? "equal" : "differ", dump.records.size(),
                     dump.records == expected.records ? "equal" : "differ");
}

/// A directory that was left behind, in the hands of the next process.
class Survivor {
 public:
  Survivor(sim::vfs::FileSystem left, const Expectation& expected)
      : machine_(std::move(left), expected.durability), expected_(expected), dots_(expected.issued) {}

  std::string look() {
    if (auto opened = machine_.open(); !opened) return "does not open: " + opened.error().message;
    for (auto step : {&Survivor::compare, &Survivor::check_integrity, &Survivor::boot, &Survivor::finish_drops,
                      &Survivor::look_at_dots, &Survivor::write_on})
      if (std::string fault = (this->*step)(); !fault.empty()) return fault;
    return "";
  }

 private:
  std::string compare() {
    auto dump = machine_.dump();
    if (!dump) return "cannot be read: " + dump.error().message;
    if (std::ranges::find(expected_.states, *dump) != expected_.states.end()) return "";
    std::string fault = "is in no expected state:";
    for (const Dump& state : expected_.states) fault += " [" + difference(*dump, state) + "]";
    return fault;
  }

  std::string check_integrity() {
    const auto checked = machine_.engine().check();
    return checked ? "" : checked.error().message;
  }

  std::string boot() {
    if (auto booted = machine_.boot(); !booted) return "does not boot: " + booted.error().message;
    const BootRecord& booted = machine_.booted();
    if (!booted.damage.empty()) return "tells of damage: " + booted.damage.front();
    if (booted.generation <= expected_.generation) return "a generation is used twice";
    return "";
  }

  std::string finish_drops() {
    commits_.push_back(machine_.dump().value());
    const auto listed = machine_.shard().read(ListPartitions{});
    if (!listed) return listed.error().message;
    for (const PartitionId partition : std::get<ListPartitionsAnswer>(*listed).going)
      for (bool more = true; more;) {
        const auto piece = std::move(
            machine_.run({DropPartition{partition, first_token(partition), last_token(partition), 5}}).front());
        if (!piece) return "cannot go on dropping: " + piece.error().message;
        more = std::get<DropPartitionAnswer>(*piece).more;
        commits_.push_back(machine_.dump().value());
      }
    return "";
  }

  std::string look_at_dots() {
    const auto listed = machine_.shard().read(ListActors{});
    if (!listed) return listed.error().message;
    std::map<PartitionId, ActorClaim> claims;
    for (const ActorClaim& claim : std::get<ListActorsAnswer>(*listed).claims) claims[claim.partition] = claim;
    for (std::uint16_t i = 0; i < script_partitions; ++i) {
      const PartitionId partition{i};
      const auto scanned = machine_.shard().read(
          Scan{partition, first_token(partition), last_token(partition), {}, {}, 10'000, 1U << 30});
      if (!scanned) return scanned.error().message;
      for (const ScannedRow& row : std::get<ScanAnswer>(*scanned).rows) {
        for (const auto& sibling : row.object.siblings) {
          if (!has_seen(partition, sibling.dot)) return "a row has a dot that was not seen";
          const auto claim = claims.find(partition);
          if (claim != claims.end() && claim->second.actor == sibling.dot.actor &&
              claim->second.counter < sibling.dot.n)
            return "a row has a dot beyond the counter";
          dots_.insert(sibling.dot);
        }
      }
    }
    return "";
  }

  bool has_seen(PartitionId partition, causal::Dot dot) {
    const auto answer = machine_.shard().read(CheckActors{{{partition, dot.actor, dot.n - 1}}});
    return answer && !std::get<CheckActorsAnswer>(*answer).ahead.empty();
  }

  std::string write_on() {
    std::vector<Command> commands;
    for (std::uint64_t i = 0; i < script_partitions; ++i) commands.emplace_back(put_of(1000 + i, "later"));
    for (const auto& answer : machine_.run(std::move(commands))) {
      if (!answer) return "takes no more writes: " + answer.error().message;
      if (!dots_.insert(std::get<PutAnswer>(*answer).dot).second) return "a dot was issued twice";
    }
    const auto after = machine_.dump();
    machine_.kill();
    machine_.mount().lose_power(sim::vfs::Fate::nothing_survives());
    if (auto opened = machine_.open(); !opened) return "does not open once more: " + opened.error().message;
    const auto found = machine_.dump();
    if (!after || !found) return "cannot be read afterwards";
    const bool may_lose = expected_.durability == Durability::normal;
    const bool is_earlier = std::ranges::find(commits_, *found) != commits_.end();
    return *found == *after || (may_lose && is_earlier) ? "" : "loses what was written afterwards";
  }

  Machine machine_;
  const Expectation& expected_;
  std::set<causal::Dot> dots_;
  std::vector<Dump> commits_;  ///< of this life, before it has written anything
};

}  // namespace

std::string fault_of(sim::vfs::FileSystem left, const Expectation& expected) {
  return Survivor(std::move(left), expected).look();
}

}  // namespace starling::test
