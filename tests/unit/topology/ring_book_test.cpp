#include "topology/ring_book.hpp"

#include <doctest/doctest.h>

#include "ring/lineage.hpp"
#include "ring/plan.hpp"

using namespace starling;
using namespace starling::topology;

namespace {

ring::Ring ring_of(ClusterId cluster, Epoch epoch) {
  const std::vector<ring::Member> members{{NodeId{1}, "", 1}, {NodeId{2}, "", 1}};
  return *ring::Ring::make(cluster, epoch, 2, members, *ring::plan(members, 4, 2));
}

struct Fixture {
  Fixture() { book.open(ring_of({7}, {1})); }

  std::size_t fetches() const {
    std::size_t count = 0;
    for (const auto& effect : out_effects)
      if (const auto* send = std::get_if<port::SendMessage>(&effect))
        count += std::holds_alternative<wire::RingFetch>(send->message) ? 1 : 0;
    return count;
  }
  /// Hands over a ring and says whether the book wants it saved.
  bool wants(const Bytes& ring) {
    out.clear();
    if (auto news = book.examine(NodeId{2}, ring, out)) book.take(*std::move(news), out);
    for (const auto& effect : out.effects())
      if (std::holds_alternative<port::Store>(effect)) return true;
    return false;
  }

  RingBook book;
  port::Outbox out;
  std::vector<port::Effect>& out_effects = out.effects();
};

const Result<storage::Answer> saved = storage::Answer{storage::Done{}};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a higher epoch is fetched from whoever knows it, and not over and over") {
  book.on_epoch_seen({2}, {1}, Instant{}, out);
  CHECK(fetches() == 0);
  book.on_epoch_seen({2}, {2}, Instant{}, out);
  CHECK(fetches() == 1);
  book.on_epoch_seen({2}, {2}, Instant{100ms}, out);
  CHECK(fetches() == 1);
  book.on_epoch_seen({2}, {3}, Instant{200ms}, out);
  CHECK(fetches() == 2);
  book.on_epoch_seen({2}, {3}, Instant{900ms}, out);
  CHECK(fetches() == 3);
}

TEST_CASE_FIXTURE(Fixture, "a new ring is gone by only after it is durable") {
  REQUIRE(wants(encode(ring_of({7}, {2}))));
  CHECK(book.epoch() == Epoch{1});
  CHECK_FALSE(wants(encode(ring_of({7}, {3}))));  // one after the other
  const auto before = book.on_stored(saved, out);
  REQUIRE(before);
  CHECK(before->epoch() == Epoch{1});
  CHECK(book.epoch() == Epoch{2});
}

TEST_CASE_FIXTURE(Fixture, "a ring of a lineage that was begun apart is never gone by, and both sides are told") {
  const std::vector<NodeId> one{NodeId{2}}, other{NodeId{1}};
  const ring::Ring ours = *ring::begin_lineage(ring_of({7}, {1}), one, {11});
  const ring::Ring theirs = *ring::begin_lineage(ring_of({7}, {1}), other, {22});
  REQUIRE(wants(encode(ours)));
  book.on_stored(saved, out);
  CHECK_FALSE(wants(encode(theirs)));
  CHECK(book.estranged() == std::set{NodeId{2}});
  std::size_t told = 0, notices = 0;
  for (const auto& effect : out.effects()) {
    if (const auto* notice = std::get_if<port::Notice>(&effect))
      notices += notice->kind == port::NoticeKind::lineage_refused ? 1 : 0;
    if (const auto* send = std::get_if<port::SendMessage>(&effect))
      told += send->message == wire::Message(wire::RingIs{encode(ours)}) ? 1 : 0;
  }
  CHECK(told == 1);
  CHECK(notices == 1);
  CHECK_FALSE(wants(encode(*ring::begin_lineage(theirs, {}, {33}))));  // nor what comes after it
  CHECK(out.effects().empty());                                        // once is enough
  CHECK_FALSE(wants(encode(ring_of({7}, {1000}))));                    // the old lineage goes on in vain
  CHECK(book.estranged().empty());
  REQUIRE(wants(encode(*ring::begin_lineage(ours, {}, {33}))));
}

TEST_CASE_FIXTURE(Fixture, "an older ring, another cluster's or a broken one changes nothing") {
  CHECK_FALSE(wants(encode(ring_of({7}, {1}))));
  CHECK_FALSE(wants(encode(ring_of({8}, {5}))));
  CHECK_FALSE(wants("not a ring"));
  CHECK(book.epoch() == Epoch{1});
}

TEST_CASE_FIXTURE(Fixture, "a ring that could not be saved is not gone by") {
  REQUIRE(wants(encode(ring_of({7}, {2}))));
  CHECK_FALSE(book.on_stored(fail(ErrorCode::disk_full, "no room"), out));
  CHECK(book.epoch() == Epoch{1});
}
