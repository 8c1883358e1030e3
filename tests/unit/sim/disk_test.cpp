#include "sim/disk.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::sim;

namespace {

/// A disk with a process that has asked for one write.
struct Asked {
  Asked() {
    REQUIRE(disk.boot());
    disk.on_answered = [this](port::Ticket, const Result<storage::Answer>& answer) {
      CHECK(answer);
      answered_at = agenda.now();
    };
  }
  void write() { disk.submit({port::Room::node, 1}, storage::SaveRecord{"a", "b"}); }

  Agenda agenda;
  Disk disk{agenda, Random(1)};
  std::optional<Instant> answered_at;
};

}  // namespace

TEST_CASE("what a stalled disk was asked is done when the stall ends") {
  Asked asked;
  asked.disk.stall(10s);
  asked.write();
  asked.agenda.run_to(Instant{9s});
  CHECK_FALSE(asked.answered_at);
  asked.agenda.run_to(Instant{11s});
  REQUIRE(asked.answered_at);
  CHECK(*asked.answered_at >= Instant{10s});
}

TEST_CASE("a stall that is called off holds nothing back any more") {
  Asked asked;
  asked.disk.stall(100s);
  asked.write();
  asked.agenda.run_to(Instant{5s});
  asked.disk.stall(0s);
  asked.agenda.run_to(Instant{6s});
  CHECK(asked.answered_at);
}

TEST_CASE("of two stalls the later one counts") {
  Asked asked;
  asked.disk.stall(5s);
  asked.write();
  asked.agenda.run_to(Instant{4s});
  asked.disk.stall(5s);
  asked.agenda.run_to(Instant{8s});
  CHECK_FALSE(asked.answered_at);
  asked.agenda.run_to(Instant{10s});
  CHECK(asked.answered_at);
}
