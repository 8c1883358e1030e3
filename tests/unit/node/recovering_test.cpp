#include "node/recovering.hpp"

#include <doctest/doctest.h>

#include "ring/plan.hpp"

using namespace starling;
using namespace starling::node;

namespace {

constexpr NodeId self{1};

ring::Ring ring_of_three() {
  std::vector<ring::Member> members;
  for (std::uint64_t id = 1; id <= 3; ++id) members.push_back({NodeId{id}, "", 1});
  return *ring::Ring::make({9}, {1}, 3, members, *ring::plan(members, 4, 3));
}

struct Recovery {
  explicit Recovery(storage::BootRecord boot = {}) : recovering(boot) {}

  void start() { recovering.start(ring, self, tickets, out); }
  void review(std::size_t caught_up) {
    recovering.review([=](PartitionId) { return caught_up; }, ring, tickets, out);
  }
  /// The commands of one kind since the last time, with their tickets.
  template <class Command>
  std::vector<std::pair<port::Ticket, Command>> take() {
    std::vector<std::pair<port::Ticket, Command>> found;
    for (const auto& effect : out.effects())
      if (const auto* store = std::get_if<port::Store>(&effect))
        if (const auto* command = std::get_if<Command>(&store->command)) found.emplace_back(store->ticket, *command);
    return found;
  }

  ring::Ring ring = ring_of_three();
  port::Tickets tickets{port::Room::node};
  port::Outbox out;
  Recovering recovering;
};

}  // namespace

TEST_CASE("a directory that lacks nothing recovers nothing") {
  Recovery recovery;
  recovery.start();
  CHECK(recovery.recovering.partitions().empty());
  CHECK(recovery.out.effects().empty());
}

TEST_CASE("partitions with lost rows are told so, and the others are not") {
  const auto ring = ring_of_three();
  storage::BootRecord boot;
  boot.lost = {{ring.first_token({1}), ring.first_token({2})}};
  Recovery recovery(boot);
  recovery.start();
  const auto told = recovery.take<storage::Recover>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].second.partition == PartitionId{1});
  CHECK(told[0].second.first == ring.first_token({1}));
  CHECK(told[0].second.last == ring.last_token({1}));
  CHECK(told[1].second.partition == PartitionId{2});
  REQUIRE(recovery.take<storage::RefuseReads>().size() == 1);
  CHECK(recovery.take<storage::RefuseReads>()[0].second.partitions.size() == 2);

  // That rows are lost is forgotten when all partitions know, not before.
  recovery.out.clear();
  recovery.recovering.on_stored(told[0].first, storage::RecoverAnswer{}, recovery.tickets, recovery.out);
  CHECK(recovery.take<storage::SaveRecord>().empty());
  recovery.recovering.on_stored(told[1].first, storage::RecoverAnswer{}, recovery.tickets, recovery.out);
  REQUIRE(recovery.take<storage::SaveRecord>().size() == 1);
  CHECK(recovery.take<storage::SaveRecord>()[0].second.name == storage::lost_ranges_record);
  CHECK(recovery.take<storage::SaveRecord>()[0].second.bytes.empty());
}

TEST_CASE(
    "a partition is read again when two of two others had nothing that it lacks, and a restart does not forget it") {
  Recovery recovery;
  recovery.start();
  const std::vector<PartitionId> all{{0}, {1}, {2}, {3}};
  recovery.recovering.add(all, "was rolled back", recovery.tickets, recovery.out);
  REQUIRE(recovery.take<storage::SaveRecord>().size() == 1);
  const auto saved = recovery.take<storage::SaveRecord>()[0].second;
  CHECK(recovery.take<storage::RefuseReads>()[0].second.partitions == all);

  storage::BootRecord boot;
  boot.records[saved.name] = saved.bytes;
  Recovery later(boot);
  later.start();
  CHECK(later.recovering.partitions().size() == 4);
  later.review(1);
  CHECK(later.recovering.partitions().size() == 4);
  later.out.clear();
  later.review(2);
  CHECK(later.recovering.partitions().empty());
  REQUIRE(later.take<storage::RefuseReads>().size() == 1);
  CHECK(later.take<storage::RefuseReads>()[0].second.partitions.empty());
  CHECK(later.take<storage::SaveRecord>()[0].second.bytes.empty());
}

TEST_CASE("a directory that finds itself in another place may be an old copy, and recovers all of it") {
  storage::BootRecord boot;
  boot.elsewhere = true;
  Recovery recovery(boot);
  recovery.start();
  CHECK(recovery.recovering.partitions().size() == 4);
  CHECK(recovery.take<storage::SaveRecord>().size() == 1);
  recovery.review(2);
  CHECK(recovery.recovering.partitions().empty());
}

TEST_CASE("a partition whose rows are found damaged is told so at once, and refuses reads") {
  Recovery recovery;
  recovery.start();
  const std::vector<PartitionId> damaged{{2}};
  recovery.recovering.recover(damaged, recovery.ring, recovery.tickets, recovery.out);
  REQUIRE(recovery.take<storage::Recover>().size() == 1);
  CHECK(recovery.recovering.partitions().contains({2}));
  CHECK(recovery.take<storage::RefuseReads>()[0].second.partitions == damaged);
}
