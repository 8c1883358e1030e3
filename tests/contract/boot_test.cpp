#include <doctest/doctest.h>

#include "contract/store.hpp"

/// What a node knows of itself after each kind of stop.
namespace starling::test {
namespace {

using namespace storage;

void flip_record(Engine& engine, const std::string& name) {
  const auto records = engine.load_records();
  for (auto [record, bytes] : *records) {
    if (record != name) continue;
    bytes[0] ^= 1;
    REQUIRE(engine.begin().has_value());
    REQUIRE(engine.save_record(name, bytes).has_value());
    REQUIRE(engine.commit().has_value());
    return;
  }
  FAIL("no such record: " << name);
}

FOR_EACH_DISK("an empty directory gets an identity, and keeps it") {
  Store<Disk> store;
  const BootRecord first = store.boot();
  CHECK(first.fresh);
  CHECK(first.node);
  CHECK(first.generation == Generation{1});
  CHECK_FALSE(first.unclean_stop);

  store.stop_and_start();
  CHECK(store.boot().node == first.node);
  CHECK(store.boot().generation == Generation{2});
  CHECK(store.boot().nonce != first.nonce);
  CHECK_FALSE(store.boot().fresh);
  CHECK(store.boot().damage.empty());
}

FOR_EACH_DISK("the generation grows at each boot, however the last life ended") {
  Store<Disk> store;
  for (std::uint64_t boot = 1; boot < 6; ++boot) {
    CHECK(store.boot().generation == Generation{boot});
    boot % 2 == 0 ? store.crash() : store.stop_and_start();
  }
}

FOR_EACH_DISK("only a stop that was marked at its very end is clean") {
  Store<Disk> store;
  store.stop_and_start();
  CHECK_FALSE(store.boot().unclean_stop);
  store.crash();
  CHECK(store.boot().unclean_stop);
  store.stop_and_start();
  CHECK_FALSE(store.boot().unclean_stop);
}

FOR_EACH_DISK("with normal durability an unclean stop puts every actor in doubt, a clean one none") {
  Store<Disk> store(Durability::normal);
  const auto first = store.put("k", "v")->dot.actor;
  store.stop_and_start();
  CHECK(store.put("k", "v")->dot.actor == first);
  store.crash();
  CHECK_FALSE(store.claim().has_value());
  CHECK(store.put("k", "v")->dot.actor != first);
}

FOR_EACH_DISK("a directory that finds itself in another place is the same node, and its actors are in doubt") {
  Store<Disk> store;
  const auto node = store.boot().node;
  const auto first = store.put("k", "v")->dot.actor;
  store.move_to(2);
  store.stop_and_start();
  CHECK(store.boot().node == node);
  CHECK(store.boot().damage.empty());
  CHECK_FALSE(store.claim().has_value());
  const auto second = store.put("k", "v")->dot.actor;
  CHECK(second != first);
  store.stop_and_start();
  CHECK(store.put("k", "v")->dot.actor == second);
}

FOR_EACH_DISK("one damaged copy of the identity is healed from the other, and actors are in doubt") {
  for (const char* copy : {"storage.identity", "storage.identity_copy"}) {
    Store<Disk> store;
    const auto node = store.boot().node;
    const auto actor = store.put("k", "v")->dot.actor;
    flip_record(store.disk().engine(), copy);
    store.crash();
    CHECK(store.boot().node == node);
    CHECK(store.boot().generation == Generation{2});
    CHECK_FALSE(store.boot().damage.empty());
    CHECK(store.put("k", "v")->dot.actor != actor);
    store.crash();
    CHECK(store.boot().damage.empty());
  }
}

FOR_EACH_DISK("an identity that cannot be read makes a new node, which keeps the rows and doubts its actors") {
  Store<Disk> store;
  const auto node = store.boot().node;
  const auto put = store.put("k", "v");
  flip_record(store.disk().engine(), "storage.identity");
  flip_record(store.disk().engine(), "storage.identity_copy");
  store.crash();
  CHECK(store.boot().node);
  CHECK(store.boot().node != node);
  CHECK_FALSE(store.boot().fresh);
  CHECK(store.values("k") == std::vector<std::string>{"v"});
  CHECK(store.put("k", "w")->dot.actor != put->dot.actor);
}

FOR_EACH_DISK("a damaged partition state starts anew: rows stay readable, no dot is issued twice") {
  Store<Disk> store;
  const auto put = store.put("k", "old");
  Engine& engine = store.disk().engine();
  auto states = engine.load_states()->rows;
  REQUIRE(states.size() == 1);
  states[0].second[3] ^= 1;
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.save_states(states).has_value());
  REQUIRE(engine.commit().has_value());

  store.crash();
  CHECK_FALSE(store.boot().damage.empty());
  CHECK(store.values("k") == std::vector<std::string>{"old"});
  CHECK(store.get("k").filled());
  CHECK(store.put("k", "beside")->dot.actor != put->dot.actor);
  CHECK(store.put("k", "new", store.get("k").context)->siblings == 1);
  store.crash();
  CHECK(store.boot().damage.empty());
}

FOR_EACH_DISK("a damaged record is dropped and told") {
  Store<Disk> store;
  REQUIRE(store.run(SaveRecord{"ring", "bytes"}).has_value());
  REQUIRE(store.run(SaveRecord{"peers", "bytes"}).has_value());
  flip_record(store.disk().engine(), "ring");
  store.crash();
  CHECK(store.boot().records == std::map<std::string, Bytes>{{"peers", "bytes"}});
  REQUIRE(store.boot().damage.size() == 1);
  CHECK(store.boot().damage[0].find("ring") != std::string::npos);
}

}  // namespace
}  // namespace starling::test
