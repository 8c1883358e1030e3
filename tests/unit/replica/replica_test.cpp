#include "replica/replica.hpp"

#include <doctest/doctest.h>

#include "causal/codec.hpp"

using namespace starling;
using replica::Replica;
using replica::SenderRing;

namespace {

constexpr NodeId us{1};
constexpr NodeId peer{2};
constexpr Instant start{1h};

ring::Ring ring_of(std::vector<NodeId> replicas) {
  auto made =
      ring::Ring::make({9}, {5}, 2, {{.id = {1}}, {.id = {2}}, {.id = {3}}}, std::vector(4, std::move(replicas)));
  return std::move(made).value();
}

const ring::Ring ours = ring_of({us, peer});
const ring::Ring others = ring_of({peer, {3}});
const ring::Key key = *ring::Key::make("b", "k");
const causal::Object value = [] {
  causal::VersionVector context;
  context.advance({{7}, 3});
  return causal::Object{{{.dot = {{7}, 3}, .value = "v"}}, context};
}();

wire::ReadRequest read(bool in_full) {
  return {.request = {11},
          .epoch = {5},
          .partition = ours.partition_of(key.token),
          .key = key.bytes,
          .full = in_full,
          .ttl = 1s};
}
wire::MergeRequest merge() {
  return {.request = {12},
          .epoch = {5},
          .partition = ours.partition_of(key.token),
          .key = key.bytes,
          .object = "o",
          .ttl = 1s};
}
wire::StandInRequest stand_in(NodeId target) {
  return {.request = {14},
          .epoch = {5},
          .partition = ours.partition_of(key.token),
          .key = key.bytes,
          .object = "o",
          .target = target,
          .ttl = 1s};
}
wire::ScanRequest scan() {
  return {
      .request = {13}, .epoch = {5}, .partition = {2}, .prefix = "b", .rows_max = 10, .bytes_max = 1'000, .ttl = 1s};
}

struct Fixture {
  explicit Fixture(replica::Config config = {}) : replica(config, us, Random(1)) {}

  template <class Request>
  SenderRing ask(Request request, const ring::Ring& ring = ours) {
    return replica.on_message(peer, std::move(request), ring, start, out);
  }
  void storage_answers(Result<storage::Answer> answer, Duration later = 1ms) {
    const auto number = ticket().number;
    out.clear();
    replica.on_storage(number, std::move(answer), start + later, out);
  }
  port::Ticket ticket() const { return effect<port::Store>().ticket; }
  template <class Command>
  Command command() const {
    return std::get<Command>(effect<port::Store>().command);
  }
  template <class Reply>
  Reply reply() const {
    const auto& sent = effect<port::SendMessage>();
    CHECK(sent.to == peer);
    return std::get<Reply>(sent.message);
  }
  template <class Effect>
  const Effect& effect() const {
    const Effect* found = nullptr;
    for (const auto& one : out.effects())
      if (const auto* wanted = std::get_if<Effect>(&one)) {
        REQUIRE(found == nullptr);
        found = wanted;
      }
    REQUIRE(found != nullptr);
    return *found;
  }
  bool stored_anything() const {
    for (const auto& one : out.effects())
      if (std::holds_alternative<port::Store>(one)) return true;
    return false;
  }

  mutable port::Outbox out;
  Replica replica;
};

}  // namespace

TEST_CASE("a read in full returns the object, one for a digest only that") {
  Fixture whole;
  CHECK(whole.ask(read(true)) == SenderRing::known);
  CHECK(whole.command<storage::Get>().key == key);
  CHECK(whole.ticket().room == port::Room::replica);
  CHECK(whole.replica.in_flight() == 1);
  whole.storage_answers(storage::GetAnswer{value});
  CHECK(whole.reply<wire::ReadReply>().request.value == 11);
  CHECK(causal::decode_object(whole.reply<wire::ReadReply>().object) == value);
  CHECK(whole.replica.in_flight() == 0);

  Fixture half;
  half.ask(read(false));
  CHECK(half.command<storage::GetDigest>().key == key);
  half.storage_answers(storage::DigestAnswer{77});
  CHECK(half.reply<wire::ReadReply>().object.empty());
  CHECK(half.reply<wire::ReadReply>().digest == 77);
}

TEST_CASE("a merge is acknowledged after the commit, not before") {
  Fixture fixture;
  fixture.ask(merge());
  CHECK(fixture.out.effects().size() == 1);
  CHECK(fixture.command<storage::Merge>().object == "o");
  CHECK(fixture.command<storage::Merge>().key == key);
  fixture.storage_answers(storage::MergeAnswer{true});
  CHECK_FALSE(fixture.reply<wire::MergeReply>().error);
  CHECK(fixture.reply<wire::MergeReply>().request.value == 12);
}

TEST_CASE("what a replica cannot take is kept for it by a node that is none, acknowledged after the commit") {
  Fixture fixture;
  fixture.ask(stand_in({3}), others);
  CHECK(fixture.out.effects().size() == 1);
  const auto kept = fixture.command<storage::KeepPayload>();
  CHECK(kept.target == NodeId{3});
  CHECK(kept.partition == ours.partition_of(key.token));
  CHECK(kept.key == key);
  CHECK(kept.object == "o");
  SUBCASE("kept") {
    fixture.storage_answers(storage::Done{});
    CHECK_FALSE(fixture.reply<wire::MergeReply>().error);
    CHECK(fixture.reply<wire::MergeReply>().request.value == 14);
  }
  SUBCASE("no room") {
    fixture.storage_answers(fail(ErrorCode::overloaded, "too many"));
    CHECK(fixture.reply<wire::MergeReply>().error->code == ErrorCode::overloaded);
  }
}

TEST_CASE("a replica stands in for nobody, and nobody for a node that is none") {
  Fixture replica;
  replica.ask(stand_in(peer));
  CHECK(replica.reply<wire::MergeReply>().error->code == ErrorCode::malformed);
  CHECK_FALSE(replica.stored_anything());
  Fixture none;
  none.ask(stand_in(us), others);
  CHECK(none.reply<wire::MergeReply>().error->code == ErrorCode::malformed);
  Fixture late;
  auto request = stand_in({3});
  request.epoch = {4};
  late.ask(request, others);
  CHECK(late.reply<wire::MergeReply>().error->code == ErrorCode::stale_ring);
}

TEST_CASE(
    "a scan asks storage for the partition's range within our own bounds, and returns rows and how far they reach") {
  replica::Config config;
  config.scan_rows_max = 5;
  config.scan_bytes_max = 300;
  Fixture fixture(config);
  auto request = scan();
  request.partition = ours.partition_of(key.token);
  request.after = key.bytes;
  fixture.ask(request);
  const auto command = fixture.command<storage::Scan>();
  CHECK(command.first == ours.first_token(request.partition));
  CHECK(command.last == ours.last_token(request.partition));
  CHECK(command.after == key);
  CHECK(command.prefix == "b");
  CHECK(command.rows_max == 5);
  CHECK(command.bytes_max == 300);
  fixture.storage_answers(storage::ScanAnswer{{{key, value}}, key});
  const auto reply = fixture.reply<wire::ScanReply>();
  REQUIRE(reply.rows.size() == 1);
  CHECK(reply.rows[0].key == key.bytes);
  CHECK(causal::decode_object(reply.rows[0].object) == value);
  CHECK(reply.complete_to == key.bytes);
}

TEST_CASE("a partition of others, or an older epoch, is refused with stale_ring") {
  Fixture not_ours;
  CHECK(not_ours.ask(read(true), others) == SenderRing::known);
  CHECK(not_ours.reply<wire::ReadReply>().error->code == ErrorCode::stale_ring);

  Fixture old;
  auto request = merge();
  request.epoch = {4};
  CHECK(old.ask(request) == SenderRing::known);
  CHECK(old.reply<wire::MergeReply>().error->code == ErrorCode::stale_ring);
  CHECK_FALSE(old.stored_anything());

  Fixture beyond;
  auto far = scan();
  far.partition = {4};
  beyond.ask(far);
  CHECK(beyond.reply<wire::ScanReply>().error->code == ErrorCode::stale_ring);
}

TEST_CASE("a newer version is refused as an older one is, and the node is told to catch up") {
  Fixture fixture;
  auto request = read(true);
  request.epoch = {6};
  CHECK(fixture.ask(request) == SenderRing::newer);
  CHECK(fixture.reply<wire::ReadReply>().error->code == ErrorCode::stale_ring);
  CHECK_FALSE(fixture.stored_anything());
}

TEST_CASE("a key that is none, or of another partition, is malformed and its sender named") {
  auto no_key = read(true);
  no_key.key = "no bucket";
  auto elsewhere = read(true);
  elsewhere.partition.value ^= 1;
  for (const auto& request : {no_key, elsewhere}) {
    Fixture fixture;
    fixture.ask(request);
    CHECK(fixture.reply<wire::ReadReply>().error->code == ErrorCode::malformed);
    CHECK(fixture.effect<port::Notice>().kind == port::NoticeKind::message_malformed);
    CHECK(fixture.effect<port::Notice>().about == peer);
  }
}

TEST_CASE("an object that storage cannot read is reported with its sender's name") {
  Fixture fixture;
  fixture.ask(merge());
  fixture.storage_answers(fail(ErrorCode::malformed, "no object"));
  CHECK(fixture.reply<wire::MergeReply>().error->code == ErrorCode::malformed);
  CHECK(fixture.effect<port::Notice>().kind == port::NoticeKind::message_malformed);
  CHECK(fixture.effect<port::Notice>().about == peer);
}

TEST_CASE("storage's failures are passed on") {
  Fixture reads;
  reads.ask(read(true));
  reads.storage_answers(fail(ErrorCode::storage_failed, "disk"));
  CHECK(reads.reply<wire::ReadReply>().error->code == ErrorCode::storage_failed);
  Fixture merges;
  merges.ask(merge());
  merges.storage_answers(fail(ErrorCode::disk_full, "disk"));
  CHECK(merges.reply<wire::MergeReply>().error->code == ErrorCode::disk_full);
  CHECK(merges.replica.in_flight() == 0);
}

TEST_CASE("work whose time is up is dropped: before storage sees it, and instead of an answer") {
  Fixture before;
  auto request = read(true);
  request.ttl = 0ns;
  before.ask(request);
  CHECK_FALSE(before.stored_anything());
  CHECK(before.effect<port::Notice>().kind == port::NoticeKind::work_expired);

  Fixture after;
  after.ask(merge());
  after.storage_answers(storage::MergeAnswer{true}, 1s);
  CHECK(after.out.effects().size() == 1);
  CHECK(after.effect<port::Notice>().kind == port::NoticeKind::work_expired);
  CHECK(after.replica.in_flight() == 0);
}

TEST_CASE("beyond its bounds a replica says overloaded at once, and has room again after an answer") {
  replica::Config few;
  few.in_flight_max = 1;
  Fixture fixture(few);
  fixture.ask(read(true));
  const auto first = fixture.ticket().number;
  fixture.out.clear();
  fixture.ask(merge());
  CHECK(fixture.reply<wire::MergeReply>().error->code == ErrorCode::overloaded);
  CHECK_FALSE(fixture.stored_anything());
  fixture.replica.on_storage(first, storage::GetAnswer{value}, start, fixture.out);
  fixture.out.clear();
  fixture.ask(merge());
  CHECK(fixture.stored_anything());

  replica::Config small;
  small.bytes_in_flight_max = 100;
  Fixture bytes(small);
  auto big = merge();
  big.object = Bytes(200, 'x');
  bytes.ask(big);
  CHECK(bytes.reply<wire::MergeReply>().error->code == ErrorCode::overloaded);
}

TEST_CASE("an answer of storage that nobody waits for is ignored") {
  Fixture fixture;
  fixture.ask(read(true));
  const auto number = fixture.ticket().number;
  fixture.storage_answers(storage::GetAnswer{value});
  fixture.out.clear();
  fixture.replica.on_storage(number, storage::GetAnswer{value}, start, fixture.out);
  fixture.replica.on_storage(number + 1, storage::GetAnswer{value}, start, fixture.out);
  CHECK(fixture.out.effects().empty());
}
