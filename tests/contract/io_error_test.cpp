#include <doctest/doctest.h>

#include <optional>
#include <utility>

#include "contract/script.hpp"
#include "contract/survivor.hpp"

/// The n-th call to the file system fails, for n = 1, 2, ... until the script runs clean.
namespace starling::test {
namespace {

using namespace sim::vfs;

/// What the script leaves after each step where nothing goes wrong.
struct Undisturbed {
  Undisturbed() {
    Machine machine;
    Dump now;
    for (const Step& step : script()) {
      REQUIRE(step.act(machine) == Outcome::done);
      if (machine.is_open()) now = machine.dump().value();
      after.push_back(now);
      generations.push_back(machine.booted().generation);
    }
  }
  Dump before(std::size_t step) const { return step == 0 ? Dump{} : after[step - 1]; }

  std::vector<Dump> after;
  std::vector<Generation> generations;
};

/// The script with one trouble, up to the first step that does not go well.
class Performance {
 public:
  Performance(const Undisturbed& undisturbed, Trouble trouble) : undisturbed_(undisturbed) {
    machine_.mount().troubles().plan(trouble);
  }

  /// False when nothing went wrong any more.
  bool run() {
    const std::vector<Step> steps = script();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      CAPTURE(steps[i].name);
      const Outcome outcome = steps[i].act(machine_);
      if (outcome != Outcome::done) {
        if (outcome == Outcome::refused) look_while_full(i);
        conclude(i, outcome);
        return true;
      }
    }
    const bool struck = machine_.mount().troubles().struck() != 0;
    if (struck) conclude(steps.size() - 1, Outcome::done);
    return struck;
  }

 private:
  /// A full disk loses nothing and serves reads.
  void look_while_full(std::size_t step) {
    if (!machine_.is_open()) return;
    const auto dump = machine_.dump();
    REQUIRE_MESSAGE(dump.has_value(), dump.error().message);
    CHECK((*dump == undisturbed_.before(step)));
  }

  void conclude(std::size_t step, Outcome outcome) {
    Expectation expected{.states = {undisturbed_.before(step)}, .issued = machine_.issued()};
    if (step != 0) expected.generation = undisturbed_.generations[step - 1];
    if (outcome == Outcome::done) expected.states = {undisturbed_.after[step]};
    if (outcome == Outcome::failed) expected.states.push_back(undisturbed_.after[step]);

    const FileSystem left = machine_.mount().files();
    machine_.close();
    const FileSystem closed = machine_.mount().files();
    CHECK_MESSAGE(fault_of(left, expected) == "", "the process was killed");
    CHECK_MESSAGE(fault_of(closed, expected) == "", "the process ended by itself");
    CHECK_MESSAGE(fault_of(without_power(left), expected) == "", "the power failed");
    CHECK_MESSAGE(fault_of(without_power(closed), expected) == "",
                  "the process ended by itself, then the power failed");
  }

  static FileSystem without_power(FileSystem files) {
    files.lose_power(Fate::nothing_survives());
    return files;
  }

  const Undisturbed& undisturbed_;
  Machine machine_;
};

/// Until the script runs clean; how often it did not.
std::uint64_t try_each_call(Trouble trouble) {
  const Undisturbed undisturbed;
  for (trouble.nth = 1; trouble.nth < 10'000; ++trouble.nth) {
    CAPTURE(trouble.nth);
    if (!Performance(undisturbed, trouble).run()) return trouble.nth - 1;
  }
  FAIL("the script never runs clean");
  return 0;
}

TEST_CASE("an I/O error at any call") { CHECK(try_each_call({.mishap = Mishap::io_error}) > 150); }

TEST_CASE("a disk that is lost at any call") {
  CHECK(try_each_call({.mishap = Mishap::io_error, .lasting = true}) > 150);
}

TEST_CASE("a disk that can only be read from any call on") {
  CHECK(try_each_call({.mishap = Mishap::write_error, .lasting = true}) > 50);
}

TEST_CASE("no room for any one write") { CHECK(try_each_call({.mishap = Mishap::no_space}) > 50); }

TEST_CASE("no room from any write on") { CHECK(try_each_call({.mishap = Mishap::no_space, .lasting = true}) > 50); }

TEST_CASE("a read that comes back short") { CHECK(try_each_call({.mishap = Mishap::short_read}) > 50); }

TEST_CASE("any sync fails, and nothing of what it was to write gets to the disk, though later syncs go well") {
  CHECK(try_each_call({.mishap = Mishap::lost_sync}) > 20);
}

TEST_CASE("any sync fails, and some of what it was to write never gets to the disk") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    CHECK(try_each_call({.mishap = Mishap::lost_sync, .written = Fate::drawn(Random(seed))}) > 20);
}

}  // namespace
}  // namespace starling::test
