#include "runtime/disk_thread.hpp"

#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "storage/boot.hpp"
#include "storage/memory/memory_engine.hpp"

using namespace starling;
using namespace starling::runtime;

namespace {

storage::Command put(const std::string& key) {
  return storage::Put{.partition = PartitionId{0},
                      .key = ring::Key::make("", key).value(),
                      .context = {},
                      .sibling = {},
                      .siblings_max = 100};
}
storage::Command get(const std::string& key) { return storage::Get{PartitionId{0}, ring::Key::make("", key).value()}; }
port::Ticket ticket(std::uint64_t number) { return {port::Room::replica, number}; }

/// A shard in memory, a loop, and what the disk thread answers.
struct Disk final : EventSink {
  Disk() : shard(open()), lane(engine, shard) {}

  storage::Shard open() {
    Random random(1);
    REQUIRE(storage::boot(engine, random, storage::Durability::full));
    return storage::Shard::open(engine, random).value();
  }
  void handle(port::Event event) override { answers.push_back(std::get<port::StorageAnswered>(std::move(event))); }
  void wait_for(std::size_t count) {
    const Instant give_up = loop.now() + 60s;
    while (answers.size() < count && loop.now() < give_up) uv_run(loop.get(), UV_RUN_NOWAIT);
    REQUIRE(answers.size() == count);
  }

  Loop loop;
  storage::MemoryEngine engine;
  storage::Shard shard;
  ShardLane lane;
  std::vector<port::StorageAnswered> answers;
  std::vector<Error> broken;
};

}  // namespace

TEST_CASE("what is handed over in one turn is one commit, answered in order") {
  Disk disk;
  const std::uint64_t commits = disk.engine.stats().commits;
  DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
  for (std::uint64_t i = 0; i < 20; ++i) thread.submit(ticket(i), put("k" + std::to_string(i)));
  thread.hand_over();
  disk.wait_for(20);
  for (std::uint64_t i = 0; i < 20; ++i) {
    CHECK(disk.answers[i].ticket == ticket(i));
    CHECK(disk.answers[i].answer.has_value());
  }
  CHECK(disk.engine.stats().commits == commits + 1);
}

TEST_CASE("a read is answered within the turn when nobody is in the lane") {
  Disk disk;
  DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
  thread.submit(ticket(1), get("k"));
  thread.hand_over();
  REQUIRE(disk.answers.size() == 1);
  CHECK(std::holds_alternative<storage::GetAnswer>(*disk.answers[0].answer));
}

TEST_CASE("a read does not wait for the lane: the disk thread takes it over") {
  Disk disk;
  DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
  std::promise<void> entered, leave;
  // As if a commit were under way.
  std::thread other([&] {
    const auto inside = disk.lane.try_enter();
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  thread.submit(ticket(1), get("k"));
  thread.hand_over();
  CHECK(disk.answers.empty());
  leave.set_value();
  other.join();
  disk.wait_for(1);
}

TEST_CASE("a write is seen by the reads that follow its answer") {
  Disk disk;
  DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
  for (std::uint64_t i = 0; i < 50; ++i) {
    disk.answers.clear();
    thread.submit(ticket(1), put("k" + std::to_string(i)));
    thread.hand_over();
    disk.wait_for(1);
    disk.answers.clear();
    thread.submit(ticket(2), get("k" + std::to_string(i)));
    thread.hand_over();
    disk.wait_for(1);
    CHECK(std::get<storage::GetAnswer>(*disk.answers[0].answer).object.siblings.size() == 1);
  }
}

TEST_CASE("what was handed over before the end is still done") {
  Disk disk;
  {
    DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
    thread.submit(ticket(1), put("k"));
  }
  const auto read = disk.shard.read(get("k"));
  REQUIRE(read);
  CHECK(std::get<storage::GetAnswer>(*read).object.siblings.size() == 1);
}

TEST_CASE("a failed commit is answered as a failure") {
  Disk disk;
  DiskThread thread(disk.loop, disk, disk.lane, [](Error) {});
  disk.engine.fail_commits(Error{ErrorCode::storage_failed, "the disk is gone"});
  thread.submit(ticket(1), put("k"));
  thread.hand_over();
  disk.wait_for(1);
  CHECK_FALSE(disk.answers[0].answer);
  CHECK(disk.shard.poisoned());
}
