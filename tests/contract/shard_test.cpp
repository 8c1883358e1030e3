#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "causal/codec.hpp"
#include "contract/store.hpp"

/// What a shard promises, whichever engine is under it.
namespace starling::test {
namespace {

using namespace storage;

using Values = std::vector<std::string>;

/// Writes as another replica of the partition coordinates them.
class Peer {
 public:
  Merge write(BytesView name, Bytes value, const causal::VersionVector& context = {}) {
    causal::Sibling sibling;
    sibling.value = std::move(value);
    const auto outcome = causal::apply_put(state_, {}, context, std::move(sibling), random_);
    return {here, named(name), causal::encode(outcome.filled)};
  }
  causal::PartitionState& state() { return state_; }

 private:
  causal::PartitionState state_;
  Random random_{99};
};

ErrorCode code_of(const Result<Answer>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code;
}

/// A whole page by page scan of the partition.
std::vector<std::string> scan_all(Shard& shard, Scan scan) {
  std::vector<std::string> keys;
  for (int pages = 0; pages < 1000; ++pages) {
    auto answer = shard.read(scan);
    REQUIRE(answer.has_value());
    auto& page = std::get<ScanAnswer>(*answer);
    CHECK(page.rows.size() <= scan.rows_max);
    for (const ScannedRow& row : page.rows) keys.emplace_back(row.key.key());
    if (page.complete_to.bytes.empty()) return keys;
    CHECK(scan.after < page.complete_to);
    scan.after = page.complete_to;
  }
  FAIL("a scan that does not end");
  return keys;
}

Scan whole_partition() {
  Scan scan;
  scan.partition = here;
  scan.last = Token{~std::uint64_t{0}};
  scan.rows_max = 1000;
  scan.bytes_max = 1'000'000;
  return scan;
}

FOR_EACH_DISK("a put is read back, and replaces what its context covers") {
  Store<Disk> store;
  const auto first = store.put("k", "one");
  REQUIRE(first.has_value());
  CHECK(store.values("k") == Values{"one"});
  CHECK(first->siblings == 1);

  REQUIRE(store.put("k", "two", first->context).has_value());
  CHECK(store.values("k") == Values{"two"});
  const auto blind = store.put("k", "three");
  REQUIRE(blind.has_value());
  CHECK(blind->siblings == 2);
  CHECK(store.values("k") == Values{"three", "two"});
}

FOR_EACH_DISK("a key that was never written answers with what the replica has seen") {
  Store<Disk> store;
  const auto answer = store.put("k", "value");
  const auto nothing = store.get("other");
  CHECK(nothing.siblings.empty());
  CHECK(nothing.context.covers(answer->dot));
}

FOR_EACH_DISK("a put answers with the object that the other replicas merge") {
  Store<Disk> ours, theirs;
  const auto put = ours.put("k", "value");
  REQUIRE(put.has_value());
  const auto merged = theirs.run(Merge{here, named("k"), put->object});
  REQUIRE(merged.has_value());
  CHECK(std::get<MergeAnswer>(*merged).changed);
  CHECK(theirs.get("k") == ours.get("k"));
}

FOR_EACH_DISK("a merge that brings nothing new commits no change") {
  Store<Disk> store;
  Peer peer;
  const Merge merge = peer.write("k", "value");
  REQUIRE(store.run(merge).has_value());
  const auto again = store.run(merge);
  CHECK_FALSE(std::get<MergeAnswer>(again.value()).changed);
  CHECK(store.values("k") == Values{"value"});
}

FOR_EACH_DISK("one commit serves a whole batch, and reads need none") {
  Store<Disk> store;
  Peer peer;
  const auto before = store.disk().engine().stats().commits;
  std::vector<Command> batch;
  for (int i = 0; i < 20; ++i) batch.push_back(store.put_command(fmt::format("k{}", i), "v"));
  batch.push_back(peer.write("k0", "w"));
  batch.push_back(Get{here, named("k0")});
  const auto answers = store.shard().run(batch);
  REQUIRE(answers.size() == batch.size());
  for (const auto& answer : answers) CHECK(answer.has_value());
  CHECK(std::get<GetAnswer>(*answers.back()).object.siblings.size() == 2);
  CHECK(store.disk().engine().stats().commits == before + 1);

  std::vector<Command> reads = {Get{here, named("k1")}, whole_partition(), ListActors{}};
  for (const auto& answer : store.shard().run(reads)) CHECK(answer.has_value());
  CHECK(store.disk().engine().stats().commits == before + 1);
}

FOR_EACH_DISK("a command's own failure leaves no trace, and the rest of its batch is done") {
  Store<Disk> store;
  REQUIRE(store.put("k", "one").has_value());
  const auto claim = store.claim();
  const auto object = store.get("k");

  Put too_many = store.put_command("k", "two");
  too_many.siblings_max = 1;
  std::vector<Command> batch = {too_many, Merge{here, named("k"), "no object"}, SaveRecord{"storage.identity", "x"},
                                store.put_command("other", "done")};
  const auto answers = store.shard().run(batch);
  CHECK(code_of(answers[0]) == ErrorCode::too_many_siblings);
  CHECK(code_of(answers[1]) == ErrorCode::malformed);
  CHECK(code_of(answers[2]) == ErrorCode::invalid);
  CHECK(answers[3].has_value());
  CHECK(store.get("k").siblings == object.siblings);
  CHECK(store.claim()->counter == claim->counter + 1);
}

FOR_EACH_DISK("a put that makes siblings fewer is never too many") {
  Store<Disk> store;
  const auto first = store.put("k", "1");
  for (const char* value : {"2", "3", "4"}) REQUIRE(store.put("k", value).has_value());
  Put resolve = store.put_command("k", "5", first->context);
  resolve.siblings_max = 2;
  CHECK(store.run(resolve).has_value());
  CHECK(store.values("k") == Values{"2", "3", "4", "5"});
}

FOR_EACH_DISK("a repeated request finds its own write, even where siblings are too many") {
  Store<Disk> store;
  Put put = store.put_command("k", "value");
  put.sibling.request = 77;
  put.siblings_max = 1;
  const auto first = store.run(put);
  const auto again = store.run(put);
  REQUIRE(again.has_value());
  CHECK(std::get<PutAnswer>(*again).dot == std::get<PutAnswer>(*first).dot);
  CHECK(store.values("k") == Values{"value"});
}

FOR_EACH_DISK("what was seen is durable with its rows") {
  Store<Disk> store;
  Peer peer;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(store.put(fmt::format("k{}", i), "ours").has_value());
    REQUIRE(store.run(peer.write(fmt::format("k{}", i), "theirs")).has_value());
  }
  const auto object = store.get("k3");
  const auto nothing = store.get("nothing");
  store.crash();
  CHECK(store.get("k3") == object);
  CHECK(store.get("nothing").context == nothing.context);
}

FOR_EACH_DISK("with full durability an actor goes on after a crash, and no dot is issued twice") {
  Store<Disk> store;
  std::set<causal::Dot> dots;
  for (int life = 0; life < 4; ++life) {
    for (int i = 0; i < 5; ++i) CHECK(dots.insert(store.put(fmt::format("k{}", i), "v")->dot).second);
    life % 2 == 0 ? store.crash() : store.stop_and_start();
  }
  CHECK(dots.begin()->actor == dots.rbegin()->actor);
  CHECK(dots.rbegin()->n == dots.size());
}

FOR_EACH_DISK("a doubted actor stays doubted after a restart, until a put mints another") {
  Store<Disk> store;
  const auto old = store.put("k", "v")->dot.actor;
  REQUIRE(store.run(DoubtActors{{here}}).has_value());
  CHECK_FALSE(store.claim().has_value());
  store.crash();
  CHECK_FALSE(store.claim().has_value());
  CHECK(store.put("k", "w")->dot.actor != old);
}

FOR_EACH_DISK("a peer's claim is ahead where we have seen less of it than it says, or more") {
  Store<Disk> store;
  Peer peer;
  for (const char* name : {"a", "b", "c"}) REQUIRE(store.run(peer.write(name, "v")).has_value());
  const ActorId actor = *peer.state().actor();
  const auto ahead = [&](std::uint64_t counter) {
    const auto answer = store.run(CheckActors{{{here, actor, counter}}});
    return std::get<CheckActorsAnswer>(answer.value()).ahead;
  };
  CHECK(ahead(2) == std::vector{here});
  CHECK(ahead(3).empty());
  CHECK(ahead(4).empty());
}

FOR_EACH_DISK("pages of a scan make up the whole, whatever bounds them") {
  Store<Disk> store;
  std::vector<Command> batch;
  std::set<std::string> all, matching;
  for (int i = 0; i < 100; ++i) {
    const auto name = fmt::format("{}{}", i % 3 == 0 ? "fizz" : "plain", i);
    all.insert(name);
    if (i % 3 == 0) matching.insert(name);
    batch.push_back(store.put_command(name, Bytes(50, 'v')));
  }
  store.shard().run(batch);
  for (const std::uint32_t rows_max : {1U, 7U, 1000U}) {
    for (const std::uint32_t bytes_max : {1U, 500U, 1'000'000U}) {
      Scan scan = whole_partition();
      scan.rows_max = rows_max;
      scan.bytes_max = bytes_max;
      const auto keys = scan_all(store.shard(), scan);
      CHECK(keys.size() == all.size());
      CHECK(std::set(keys.begin(), keys.end()) == all);
      scan.prefix = Bytes("\0fizz", 5);
      const auto found = scan_all(store.shard(), scan);
      CHECK(std::set(found.begin(), found.end()) == matching);
    }
  }
}

FOR_EACH_DISK("a scan keeps to its partition's tokens and shows tombstones") {
  Store<Disk> store;
  Put remove = store.put_command("gone", {});
  remove.sibling.tombstone = true;
  REQUIRE(store.run(remove).has_value());
  REQUIRE(store.put("here", "v").has_value());
  CHECK(scan_all(store.shard(), whole_partition()).size() == 2);
  Scan narrow = whole_partition();
  narrow.first = narrow.last = named("gone").token;
  CHECK(scan_all(store.shard(), narrow) == Values{"gone"});
}

FOR_EACH_DISK("records come back at the next boot") {
  Store<Disk> store;
  REQUIRE(store.run(SaveRecord{"ring", "bytes"}).has_value());
  REQUIRE(store.run(SaveRecord{"gone", "bytes"}).has_value());
  REQUIRE(store.run(SaveRecord{"gone", {}}).has_value());
  store.crash();
  CHECK(store.boot().records == std::map<std::string, Bytes>{{"ring", "bytes"}});
}

FOR_EACH_DISK("a damaged row fails whoever needs it and nobody else") {
  Store<Disk> store;
  REQUIRE(store.put("bad", "v").has_value());
  REQUIRE(store.put("good", "v").has_value());
  Engine& engine = store.disk().engine();
  Bytes row;
  REQUIRE(engine.get(named("bad"), row).value());
  row[row.size() / 2] ^= 1;
  REQUIRE(engine.begin().has_value());
  REQUIRE(engine.update(named("bad"), row).has_value());
  REQUIRE(engine.commit().has_value());

  const auto read = store.shard().read(Get{here, named("bad")});
  CHECK(code_of(read) == ErrorCode::unavailable);
  CHECK(read.error().message.find("bad") != std::string::npos);
  CHECK(code_of(store.run(store.put_command("bad", "w"))) == ErrorCode::unavailable);
  CHECK(code_of(store.shard().read(whole_partition())) == ErrorCode::unavailable);
  CHECK_FALSE(store.shard().poisoned());
  CHECK(std::get<SurveyAnswer>(store.shard().read(Survey{{here}}).value()).partitions.front().damaged);
  CHECK(store.values("good") == Values{"v"});
  CHECK(store.put("good", "w").has_value());
}

TEST_CASE_TEMPLATE("a partition whose reads are refused takes writes, and is read again when that is over", Disk,
                   MemoryDisk, FullDisk) {
  Store<Disk> store;
  REQUIRE(store.put("k", "v").has_value());
  REQUIRE(store.run(RefuseReads{{here}}));
  CHECK(code_of(store.shard().read(Get{here, named("k")})) == ErrorCode::not_ready);
  CHECK(code_of(store.shard().read(GetDigest{here, named("k")})) == ErrorCode::not_ready);
  CHECK(code_of(store.shard().read(whole_partition())) == ErrorCode::not_ready);
  CHECK(store.put("k", "w").has_value());
  CHECK(store.shard().read(Survey{{here}}));
  REQUIRE(store.run(RefuseReads{}));
  CHECK(store.values("k").size() == 2);
}

/// What a digest read of the key says is what a whole read would give.
template <class Disk>
void check_digest(Store<Disk>& store, BytesView name) {
  const auto answer = store.shard().read(GetDigest{here, named(name)});
  REQUIRE(answer.has_value());
  CHECK(std::get<DigestAnswer>(*answer).digest == causal::digest(store.get(name)));
}

FOR_EACH_DISK("a digest is that of the object that a read returns, whatever happened to the key") {
  Store<Disk> store;
  Peer peer;
  Random random(11);
  for (int i = 0; i < 300; ++i) {
    const std::string name = fmt::format("k{}", random.below(24));  // more than are remembered
    Put put = store.put_command(name, fmt::format("v{}", i));
    if (random.chance(1, 2)) put.context = store.get(name).context;
    put.sibling.tombstone = random.chance(1, 4);
    REQUIRE((random.chance(1, 3) ? store.run(peer.write(name, "w")) : store.run(std::move(put))).has_value());
    check_digest(store, name);
    check_digest(store, fmt::format("k{}", random.below(25)));
    if (i % 100 == 99) store.crash();
  }
}

TEST_CASE("after a batch that failed digests are again those of what the disk holds") {
  Store<MemoryDisk> store;
  auto& engine = static_cast<MemoryEngine&>(store.disk().engine());
  REQUIRE(store.put("k", "before").has_value());
  engine.fail_commits(Error{ErrorCode::disk_full, "no room"});
  CHECK(code_of(store.run(store.put_command("k", "refused"))) == ErrorCode::disk_full);
  CHECK(code_of(store.run(store.put_command("new", "refused"))) == ErrorCode::disk_full);
  check_digest(store, "k");
  check_digest(store, "new");
}

TEST_CASE("a full disk refuses writes, answers reads, and is forgotten when there is room") {
  Store<MemoryDisk> store;
  auto& engine = static_cast<MemoryEngine&>(store.disk().engine());
  const auto before = store.put("k", "before");
  engine.fail_commits(Error{ErrorCode::disk_full, "no room"});
  std::vector<Command> batch = {store.put_command("k", "refused"), Get{here, named("k")}};
  const auto answers = store.shard().run(batch);
  CHECK(code_of(answers[0]) == ErrorCode::disk_full);
  REQUIRE(answers[1].has_value());
  CHECK(std::get<GetAnswer>(*answers[1]).object.siblings.size() == 1);
  CHECK_FALSE(store.shard().poisoned());

  engine.fail_commits({});
  const auto after = store.put("k", "after", before->context);
  REQUIRE(after.has_value());
  CHECK(after->dot.n == before->dot.n + 1);
}

TEST_CASE("a failed commit poisons the shard until a restart reads the disk anew") {
  Store<MemoryDisk> store;
  auto& engine = static_cast<MemoryEngine&>(store.disk().engine());
  REQUIRE(store.put("k", "before").has_value());
  engine.fail_commits(Error{ErrorCode::storage_failed, "the disk is gone"});
  CHECK(code_of(store.run(store.put_command("k", "in doubt"))) == ErrorCode::storage_failed);
  engine.fail_commits({});
  CHECK(store.shard().poisoned());
  CHECK(code_of(store.shard().read(Get{here, named("k")})) == ErrorCode::storage_failed);
  CHECK(code_of(store.run(store.put_command("k", "later"))) == ErrorCode::storage_failed);

  store.crash();
  CHECK(store.values("k") == Values{"before"});
  CHECK(store.put("k", "works").has_value());
}

}  // namespace
}  // namespace starling::test
