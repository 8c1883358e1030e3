#include <doctest/doctest.h>

#include <cstdlib>
#include <utility>

#include "contract/script.hpp"
#include "contract/survivor.hpp"

/// The power fails at every call to the file system, and any subset of what was not synced survives.
namespace starling::test {
namespace {

using sim::vfs::Fate;
using sim::vfs::FileSystem;

/// More with STARLING_FATES=n.
std::uint64_t random_fates() {
  const char* wanted = std::getenv("STARLING_FATES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 10;
}

/// A script under way, and a copy of the disk at every call since the last step.
class Rehearsal {
 public:
  explicit Rehearsal(storage::Durability durability) : durability_(durability), machine_(durability) {}

  void run() {
    for (const Step& step : script()) {
      CAPTURE(step.name);
      const std::vector<Dump> before = allowed();
      const std::set<causal::Dot> issued = machine_.issued();
      machine_.mount().on_call = [this] { disks_.push_back(machine_.mount().files()); };
      REQUIRE(step.act(machine_) == Outcome::done);
      machine_.mount().on_call = {};
      if (machine_.is_open()) states_.push_back(machine_.dump().value());
      Expectation in_flight{before, promised_, issued, durability_};
      in_flight.states.push_back(states_.back());
      for (const FileSystem& disk : std::exchange(disks_, {})) fail_here(disk, in_flight);
      promised_ = machine_.booted().generation;
      fail_here(machine_.mount().files(), {allowed(), promised_, machine_.issued(), durability_});
    }
  }

  std::uint64_t moments() const { return moments_; }

 private:
  void fail_here(const FileSystem& disk, const Expectation& expected) {
    ++moments_;
    CAPTURE(moments_);
    std::vector<Fate> fates{Fate::nothing_survives(), Fate::all_survives()};
    for (std::uint64_t i = 0; i < random_fates(); ++i) fates.push_back(Fate::drawn(random_.fork()));
    for (const Fate& fate : fates) CHECK(fault_of(after(disk, fate), expected) == "");
    if (moments_ % 8 == 0) fail_again(after(disk, fates.back()), expected);
  }

  /// What was acknowledged; without full durability any commit before it.
  std::vector<Dump> allowed() const {
    return durability_ == storage::Durability::full ? std::vector<Dump>{states_.back()} : states_;
  }

  /// The power fails at every call of the recovery, too.
  void fail_again(const FileSystem& disk, Expectation expected) {
    Machine recovering(disk, durability_);
    std::vector<FileSystem> disks;
    recovering.mount().on_call = [&] { disks.push_back(recovering.mount().files()); };
    REQUIRE(recovering.open().has_value());
    const Dump before = recovering.dump().value();
    REQUIRE(recovering.boot().has_value());
    recovering.mount().on_call = {};
    expected.states = {before, recovering.dump().value()};
    for (const FileSystem& again : disks) CHECK(fault_of(after(again, Fate::drawn(random_.fork())), expected) == "");
  }

  static FileSystem after(FileSystem disk, const Fate& fate) {
    disk.lose_power(fate);
    return disk;
  }

  storage::Durability durability_;
  Machine machine_;
  Random random_{1};
  std::vector<Dump> states_{Dump{}};
  Generation promised_;
  std::vector<FileSystem> disks_;
  std::uint64_t moments_{};
};

void rehearse(storage::Durability durability) {
  Rehearsal rehearsal(durability);
  rehearsal.run();
  MESSAGE(rehearsal.moments() << " moments, " << 2 + random_fates() << " fates each");
  CHECK(rehearsal.moments() > 200);
}

TEST_CASE("whenever the power fails, what was acknowledged is there, and what was in flight is there wholly or not") {
  rehearse(storage::Durability::full);
}

TEST_CASE("with normal durability a loss of power may take back commits, the last ones, and no dot is issued twice") {
  rehearse(storage::Durability::normal);
}

}  // namespace
}  // namespace starling::test
