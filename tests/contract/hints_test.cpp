#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "causal/codec.hpp"
#include "contract/store.hpp"

/// What a shard promises about hints, whichever engine is under it.
namespace starling::test {
namespace {

using namespace storage;

ErrorCode code_of(const Result<Answer>& answer) {
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code;
}

constexpr NodeId away{77};

std::vector<HintedObject> hints_for(Shard& shard, NodeId target) {
  std::vector<HintedObject> hints;
  ListHints list{.target = target, .hints_max = 3, .bytes_max = 1'000'000};
  do {
    auto answer = shard.read(list);
    REQUIRE(answer.has_value());
    auto& page = std::get<ListHintsAnswer>(*answer);
    CHECK(page.hints.size() <= list.hints_max);
    std::ranges::move(page.hints, std::back_inserter(hints));
    list.after = page.complete_to;
  } while (!list.after.bytes.empty());
  return hints;
}
SettleHints settled(NodeId target, const HintedObject& hint) {
  return {.target = target, .delivered = {{hint.partition, hint.key, hint.fingerprint}}};
}

template <class Disk>
bool keeps(Store<Disk>& store, KeepHint hint) {
  const auto answer = store.run(std::move(hint));
  REQUIRE(answer.has_value());
  REQUIRE(std::get<HintsAnswer>(*answer).hints.size() == 1);
  return std::get<HintsAnswer>(*answer).hints[0].kept;
}

FOR_EACH_DISK("a hint is kept with the write that it is for, one for each key, and is there after a crash") {
  Store<Disk> store;
  for (int i = 0; i < 10; ++i) {
    Put put = store.put_command(fmt::format("k{}", i % 5), "v");
    put.hinted = {away, NodeId{78}};
    REQUIRE(store.run(std::move(put)).has_value());
  }
  REQUIRE(store.run(KeepHint{NodeId{79}, here, named("k0")}).has_value());
  store.crash();
  const auto hints = hints_for(store.shard(), away);
  REQUIRE(hints.size() == 5);
  for (const auto& hint : hints) CHECK(causal::decode_filled_object(hint.object) == store.get(hint.key.key()));
  CHECK(hints_for(store.shard(), NodeId{79}).size() == 1);
  const auto counts = store.shard().read(CountHints{});
  using Counts = std::vector<std::pair<NodeId, std::uint64_t>>;
  CHECK(std::get<CountHintsAnswer>(counts.value()).counts == Counts{{away, 5}, {NodeId{78}, 5}, {NodeId{79}, 1}});
}

FOR_EACH_DISK("a delivered hint goes, unless its key was written meanwhile") {
  Store<Disk> store;
  for (const char* name : {"still", "again", "deleted"}) {
    Put put = store.put_command(name, "v");
    put.hinted = {away};
    REQUIRE(store.run(std::move(put)).has_value());
  }
  const auto delivered = hints_for(store.shard(), away);
  REQUIRE(delivered.size() == 3);
  REQUIRE(store.put("again", "w").has_value());
  Put deletion = store.put_command("deleted", "", store.get("deleted").context);
  deletion.sibling.tombstone = true;
  REQUIRE(store.run(std::move(deletion)).has_value());
  for (const auto& hint : delivered) REQUIRE(store.run(settled(away, hint)).has_value());

  store.stop_and_start();
  std::set<std::string> left;
  for (const auto& hint : hints_for(store.shard(), away)) {
    left.emplace(hint.key.key());
    REQUIRE(store.run(settled(away, hint)).has_value());
  }
  CHECK(left == std::set<std::string>{"again", "deleted"});
  CHECK(hints_for(store.shard(), away).empty());
}

FOR_EACH_DISK("where there is no room for more hints the write is done all the same, and says so") {
  Store<Disk> store;  // has room for 40
  std::size_t refused = 0;
  for (int i = 0; i < 45; ++i) {
    Put put = store.put_command(fmt::format("k{}", i), "v");
    put.hinted = {away};
    const auto answer = store.run(std::move(put));
    REQUIRE(answer.has_value());
    const auto& kept = std::get<PutAnswer>(*answer).hints;
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].target == away);
    CHECK(kept[0].partition == here);
    refused += kept[0].kept ? 0 : 1;
  }
  CHECK(refused == 5);
  CHECK_FALSE(keeps(store, KeepHint{away, here, named("k44")}));
  const auto hints = hints_for(store.shard(), away);
  CHECK(hints.size() == 40);
  REQUIRE(store.run(settled(away, hints.front())).has_value());
  CHECK(keeps(store, KeepHint{away, here, named("k44")}));
  CHECK(hints_for(store.shard(), away).size() == 40);
}

TEST_CASE("hints of a batch that failed are not counted") {
  Store<MemoryDisk> store;
  auto& engine = static_cast<MemoryEngine&>(store.disk().engine());
  engine.fail_commits(Error{ErrorCode::disk_full, "no room"});
  for (int i = 0; i < 50; ++i) CHECK_FALSE(store.run(KeepHint{away, here, named(fmt::format("k{}", i))}).has_value());
  engine.fail_commits({});
  CHECK(store.run(KeepHint{away, here, named("k")}).has_value());
  CHECK(hints_for(store.shard(), away).size() == 1);
}

// --- Payloads ---------------------------------------------------------------------------------

constexpr PartitionId not_ours{6};
constexpr NodeId other{78};

/// Writes to a partition of which the store under test is no replica.
class Replica {
 public:
  explicit Replica(std::uint64_t seed = 99) : random_(seed) {}

  KeepPayload write(NodeId target, BytesView name, Bytes value) {
    causal::Sibling sibling;
    sibling.value = std::move(value);
    auto outcome = causal::apply_put(state_, {}, {}, std::move(sibling), random_);
    return {target, not_ours, named(name), causal::encode(outcome.filled)};
  }
  ActorClaim claim_of_one_before() const { return {not_ours, *state_.actor(), state_.counter() - 1}; }

 private:
  causal::PartitionState state_;
  Random random_;
};

template <class Disk>
std::set<std::string> values_for(Store<Disk>& store, NodeId target) {
  std::set<std::string> values;
  for (const auto& hint : hints_for(store.shard(), target)) {
    CHECK(hint.partition == not_ours);
    const auto object = causal::decode_filled_object(hint.object);
    REQUIRE(object.has_value());
    for (const auto& sibling : object->siblings) values.insert(std::string(hint.key.key()) + "=" + sibling.value);
  }
  return values;
}

template <class Disk>
std::vector<PartitionId> ahead_of(Store<Disk>& store, const ActorClaim& claim) {
  return std::get<CheckActorsAnswer>(store.shard().read(CheckActors{{claim}}).value()).ahead;
}

using Set = std::set<std::string>;

FOR_EACH_DISK("a payload is kept for its node, joined with what is kept already, and is there after a crash") {
  Store<Disk> store;
  Replica replica;
  REQUIRE(store.run(replica.write(away, "k", "one")).has_value());
  REQUIRE(store.run(Replica(98).write(away, "k", "two")).has_value());
  REQUIRE(store.run(replica.write(away, "l", "three")).has_value());
  REQUIRE(store.run(replica.write(other, "k", "four")).has_value());
  store.crash();
  CHECK(values_for(store, away) == Set{"k=one", "k=two", "l=three"});
  CHECK(values_for(store, other) == Set{"k=four"});
  const auto counts = store.shard().read(CountHints{});
  using Counts = std::vector<std::pair<NodeId, std::uint64_t>>;
  CHECK(std::get<CountHintsAnswer>(counts.value()).counts == Counts{{away, 2}, {other, 1}});
}

FOR_EACH_DISK("a payload becomes no row, is not seen, and issues no dot") {
  Store<Disk> store;
  Replica replica;
  REQUIRE(store.run(replica.write(away, "k", "value")).has_value());
  const auto got = store.shard().read(Get{not_ours, named("k")});
  CHECK(std::get<GetAnswer>(got.value()).object == causal::Object{});
  CHECK_FALSE(store.claim());
  Scan scan{.partition = not_ours, .last = Token{~std::uint64_t{0}}, .rows_max = 10, .bytes_max = 1000};
  CHECK(std::get<ScanAnswer>(store.shard().read(scan).value()).rows.empty());
}

FOR_EACH_DISK("a delivered payload goes, unless another one was joined with it meanwhile") {
  Store<Disk> store;
  Replica replica;
  REQUIRE(store.run(replica.write(away, "still", "one")).has_value());
  REQUIRE(store.run(replica.write(away, "again", "two")).has_value());
  const auto delivered = hints_for(store.shard(), away);
  REQUIRE(delivered.size() == 2);
  REQUIRE(store.run(Replica(98).write(away, "again", "three")).has_value());
  for (const auto& hint : delivered) REQUIRE(store.run(settled(away, hint)).has_value());
  store.stop_and_start();
  CHECK(values_for(store, away) == Set{"again=two", "again=three"});
  for (const auto& hint : hints_for(store.shard(), away)) REQUIRE(store.run(settled(away, hint)).has_value());
  CHECK(values_for(store, away).empty());
}

FOR_EACH_DISK("whoever has forgotten a dot is told so by the payload that it is in, after a crash too") {
  Store<Disk> store;
  Replica replica;
  REQUIRE(store.run(replica.write(away, "k", "value")).has_value());
  CHECK(ahead_of(store, replica.claim_of_one_before()) == std::vector{not_ours});
  store.crash();
  CHECK(ahead_of(store, replica.claim_of_one_before()) == std::vector{not_ours});
}

FOR_EACH_DISK("payloads have no more room than hints, and what is no object is refused") {
  Store<Disk> store;
  Replica replica;
  for (int i = 0; i < 40; ++i) REQUIRE(store.run(replica.write(away, fmt::format("k{}", i), "v")).has_value());
  CHECK(code_of(store.run(replica.write(away, "k", "v"))) == ErrorCode::overloaded);
  CHECK_FALSE(keeps(store, KeepHint{other, here, named("k")}));
  REQUIRE(store.run(settled(away, hints_for(store.shard(), away).front())).has_value());
  CHECK(code_of(store.run(KeepPayload{away, not_ours, named("k"), "no object"})) == ErrorCode::malformed);
  CHECK(store.run(replica.write(away, "k", "v")).has_value());
}

FOR_EACH_DISK("hints that concern others by now are moved to them, with what they carry") {
  Store<Disk> store;
  Replica replica;
  constexpr NodeId third{79};
  REQUIRE(store.run(replica.write(away, "payload", "one")).has_value());
  REQUIRE(store.run(Replica(98).write(other, "payload", "two")).has_value());
  REQUIRE(keeps(store, KeepHint{away, not_ours, named("plain")}));
  const MoveHints moves{away,
                        {{not_ours, named("payload"), {other, third}},
                         {not_ours, named("plain"), {third}},
                         {not_ours, named("unknown"), {third}}}};
  REQUIRE(store.run(moves).has_value());
  store.crash();
  CHECK(hints_for(store.shard(), away).empty());
  CHECK(values_for(store, other) == Set{"payload=one", "payload=two"});
  CHECK(hints_for(store.shard(), third).size() == 2);
  CHECK(values_for(store, third) == Set{"payload=one"});
}

FOR_EACH_DISK("a payload that has become ours is a row from then on") {
  Store<Disk> store;
  Replica replica;
  REQUIRE(store.run(replica.write(away, "k", "value")).has_value());
  REQUIRE(store.run(MoveHints{away, {{not_ours, named("k"), {}, true}}}).has_value());
  CHECK(hints_for(store.shard(), away).empty());
  const auto got = store.shard().read(Get{not_ours, named("k")});
  CHECK(std::get<GetAnswer>(got.value()).object.siblings.size() == 1);
}

}  // namespace
}  // namespace starling::test
