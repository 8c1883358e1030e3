#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <optional>
#include <vector>

#include "contract/disks.hpp"

/// What every engine promises.
namespace starling::test {
namespace {

using storage::Engine;

constexpr std::uint64_t top = ~std::uint64_t{0};

ring::Key key(std::uint64_t token, Bytes bytes = "k") { return {.bytes = std::move(bytes), .token = Token{token}}; }

std::optional<Bytes> read(Engine& engine, const ring::Key& key) {
  Bytes row;
  const auto found = engine.get(key, row);
  REQUIRE(found.has_value());
  return *found ? std::optional(row) : std::nullopt;
}

std::vector<ring::Key> keys_of(Engine& engine, const ring::Key& after = key(0, ""), Token last = Token{top}) {
  std::vector<ring::Key> keys;
  const auto scanned = engine.scan(after, last, [&](Token token, BytesView bytes, BytesView) {
    keys.push_back({.bytes = Bytes(bytes), .token = token});
    return Engine::Visit::go_on;
  });
  REQUIRE(scanned.has_value());
  return keys;
}

template <class Change>
void commit(Engine& engine, Change change) {
  REQUIRE(engine.begin().has_value());
  change();
  REQUIRE(engine.commit().has_value());
}

FOR_EACH_DISK("a change is seen in its own transaction, and after the commit") {
  Disk disk;
  Engine& engine = disk.engine();
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.insert(key(1), "row").has_value());
  CHECK(read(engine, key(1)) == "row");
  REQUIRE(engine.commit().has_value());
  CHECK(read(engine, key(1)) == "row");
  CHECK(read(engine, key(2)) == std::nullopt);
}

FOR_EACH_DISK("rolled back changes never were") {
  Disk disk;
  Engine& engine = disk.engine();
  const std::vector<Engine::StateRow> before = {{PartitionId{1}, "before"}};
  const std::vector<Engine::StateRow> after = {{PartitionId{1}, "after"}, {PartitionId{2}, "new"}};
  commit(engine, [&] {
    REQUIRE(engine.insert(key(1), "kept").has_value());
    REQUIRE(engine.insert(key(2), "erased").has_value());
    REQUIRE(engine.save_states(before).has_value());
    REQUIRE(engine.save_record("name", "before").has_value());
  });
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.update(key(1), "changed").has_value());
  REQUIRE(engine.erase(key(2)).has_value());
  REQUIRE(engine.insert(key(3), "new").has_value());
  REQUIRE(engine.save_states(after).has_value());
  REQUIRE(engine.save_record("name", {}).has_value());
  engine.rollback();

  CHECK(read(engine, key(1)) == "kept");
  CHECK(read(engine, key(2)) == "erased");
  CHECK(read(engine, key(3)) == std::nullopt);
  CHECK(engine.load_states()->rows == before);
  CHECK(*engine.load_records() == std::vector<Engine::Record>{{"name", "before"}});
}

FOR_EACH_DISK("what was committed survives a close and a crash, what was not does not") {
  Disk disk;
  commit(disk.engine(), [&] { REQUIRE(disk.engine().insert(key(1), "closed").has_value()); });
  disk.close_and_open();
  CHECK(read(disk.engine(), key(1)) == "closed");

  commit(disk.engine(), [&] { REQUIRE(disk.engine().insert(key(2), "crashed").has_value()); });
  REQUIRE(disk.engine().begin().has_value());
  REQUIRE(disk.engine().insert(key(3), "never").has_value());
  disk.crash();
  CHECK(read(disk.engine(), key(1)) == "closed");
  CHECK(read(disk.engine(), key(2)) == "crashed");
  CHECK(read(disk.engine(), key(3)) == std::nullopt);
}

FOR_EACH_DISK("rows come in the order of unsigned tokens, then of keys") {
  Disk disk;
  const std::vector<ring::Key> ordered = {key(0, "a"),        key(1, "a"),
                                          key(1, "a\xff"),    key(1, "b"),
                                          key(top >> 1, "a"), key((top >> 1) + 1, "a"),
                                          key(top, "a"),      key(top, Bytes("a\0", 2))};
  commit(disk.engine(), [&] {
    for (auto it = ordered.rbegin(); it != ordered.rend(); ++it) REQUIRE(disk.engine().insert(*it, "row").has_value());
  });
  CHECK(keys_of(disk.engine()) == ordered);
}

FOR_EACH_DISK("a scan leaves out where it starts, keeps to its last token, and stops when told") {
  Disk disk;
  Engine& engine = disk.engine();
  commit(engine, [&] {
    for (const auto& each : {key(1, "a"), key(1, "b"), key(2, "a"), key(3, "a"), key(3, "b"), key(4, "a")})
      REQUIRE(engine.insert(each, "row").has_value());
  });
  CHECK(keys_of(engine, key(1, "a"), Token{3}) == std::vector{key(1, "b"), key(2, "a"), key(3, "a"), key(3, "b")});
  CHECK(keys_of(engine, key(2, ""), Token{2}) == std::vector{key(2, "a")});
  CHECK(keys_of(engine, key(5, ""), Token{9}).empty());

  int visited = 0;
  const auto scanned = engine.scan(key(0, ""), Token{top}, [&](Token, BytesView, BytesView) {
    return ++visited == 2 ? Engine::Visit::stop : Engine::Visit::go_on;
  });
  CHECK(scanned.has_value());
  CHECK(visited == 2);
  commit(engine, [&] { REQUIRE(engine.erase(key(1, "b")).has_value()); });
}

FOR_EACH_DISK("keys and rows may hold any bytes, and rows may be long") {
  Disk disk;
  const Bytes zeros("\0\xff\0", 3);
  const Bytes long_row(300'000, '\x80');
  commit(disk.engine(), [&] {
    REQUIRE(disk.engine().insert(key(7, zeros), zeros).has_value());
    REQUIRE(disk.engine().insert(key(8, zeros), long_row).has_value());
  });
  disk.crash();
  CHECK(read(disk.engine(), key(7, zeros)) == zeros);
  CHECK(read(disk.engine(), key(8, zeros)) == long_row);
}

FOR_EACH_DISK("of a partition's states the last one saved counts, after any upkeep and restart") {
  Disk disk;
  for (int round = 0; round < 5; ++round) {
    commit(disk.engine(), [&] {
      const std::vector<Engine::StateRow> states = {
          {PartitionId{3}, "round " + std::to_string(round)},
          {static_cast<PartitionId>(static_cast<std::uint16_t>(4 + round)), "once"}};
      REQUIRE(disk.engine().save_states(states).has_value());
    });
    if (round == 2) REQUIRE(disk.engine().maintain(Engine::Pace::idle).has_value());
    if (round == 3) disk.crash();
  }
  disk.close_and_open();
  const auto states = disk.engine().load_states();
  REQUIRE(states.has_value());
  CHECK(states->complete);
  REQUIRE(states->rows.size() == 6);
  CHECK(states->rows[0] == Engine::StateRow{PartitionId{3}, "round 4"});
  CHECK(states->rows[5] == Engine::StateRow{PartitionId{8}, "once"});
}

FOR_EACH_DISK("any history of changes leaves what a map would hold") {
  rc::check([] {
    Disk disk;
    std::map<ring::Key, Bytes> model;
    const auto steps = *rc::gen::inRange(1, 40);
    for (int step = 0; step < steps; ++step) {
      Engine& engine = disk.engine();
      auto changed = model;
      RC_ASSERT(engine.begin().has_value());
      for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
        // Few tokens, so that keys share them.
        const ring::Key at = key(*rc::gen::inRange<std::uint64_t>(0, 4), Bytes(1, *rc::gen::inRange('a', 'e')));
        const Bytes row = *rc::gen::nonEmpty<Bytes>();
        if (changed.contains(at) && *rc::gen::arbitrary<bool>()) {
          RC_ASSERT(engine.erase(at).has_value());
          changed.erase(at);
        } else {
          RC_ASSERT((changed.contains(at) ? engine.update(at, row) : engine.insert(at, row)).has_value());
          changed[at] = row;
        }
        RC_ASSERT(read(engine, at) == (changed.contains(at) ? std::optional(changed[at]) : std::nullopt));
      }
      if (*rc::gen::arbitrary<bool>()) {
        RC_ASSERT(engine.commit().has_value());
        model = changed;
      } else {
        engine.rollback();
      }
      if (*rc::gen::inRange(0, 8) == 0) disk.crash();
    }
    std::map<ring::Key, Bytes> kept;
    for (const ring::Key& at : keys_of(disk.engine())) kept[at] = *read(disk.engine(), at);
    RC_ASSERT(kept == model);
  });
}

}  // namespace
}  // namespace starling::test
