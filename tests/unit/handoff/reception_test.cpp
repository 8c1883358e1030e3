#include "handoff/reception.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace starling;
using namespace starling::handoff;

namespace {

const Config config{.patience = 2s, .batch = 10, .credits = 25};

struct Fixture : port::Peers {
  Reception reception{config};
  ring::Ring ring = handoff::test::make_ring();
  Instant now{1h};
  Instant served_at{};
  Duration delay{};  ///< of the last grant

  bool reachable(NodeId) const override { return true; }
  std::uint32_t offer(std::uint64_t node, std::uint64_t hints) {
    port::Outbox out;
    reception.on_message({node}, {.request = {node}, .hints = hints}, {ring, *this, now, served_at}, out);
    if (hints == 0) {
      CHECK(out.effects().empty());
      return 0;
    }
    REQUIRE(out.effects().size() == 1);
    const auto& sent = std::get<port::SendMessage>(out.effects()[0]);
    CHECK(sent.to == NodeId{node});
    const auto& grant = std::get<wire::HandoffGrant>(sent.message);
    CHECK(grant.request == wire::RequestId{node});
    delay = grant.delay;
    return grant.credits;
  }
};

}  // namespace

TEST_CASE("a sender is granted no more than it has, nor more than a batch") {
  Fixture node;
  CHECK(node.offer(1, 3) == 3);
  CHECK(node.offer(2, 1000) == 10);
}

TEST_CASE("all senders together are granted no more than the credits; the last one is told to wait") {
  Fixture node;
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.offer(2, 100) == 10);
  CHECK(node.offer(3, 100) == 5);
  CHECK(node.offer(4, 100) == 0);
  CHECK(node.reception.granted(node.now) == 25);
}

TEST_CASE("what was granted is free again when the sender offers anew, is done, or has been silent") {
  Fixture node;
  for (const std::uint64_t sender : {1, 2, 3}) node.offer(sender, 100);
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.offer(2, 0) == 0);
  CHECK(node.offer(4, 100) == 10);
  node.now = node.now + 2s;
  CHECK(node.reception.granted(node.now) == 0);
  CHECK(node.offer(5, 100) == 10);
}

TEST_CASE("a node that serves nobody takes from all of them at once") {
  Fixture node;
  for (const std::uint64_t sender : {1, 2, 3, 1, 2, 3}) {
    CHECK(node.offer(sender, 100) > 0);
    CHECK(node.delay == 0ms);
    node.now = node.now + 5ms;
  }
}

TEST_CASE("while a node serves somebody the senders take turns, and others have twice as long between two of them") {
  Fixture node;
  node.served_at = node.now;
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 0ms);
  node.now = node.now + 5ms;
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 10ms);
  CHECK(node.offer(2, 100) == 10);
  CHECK(node.delay == 10ms + 5ms + 10ms);
  node.now = node.now + 10ms + 20ms;  // it took longer than the last one
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 40ms);
}

TEST_CASE("whose turn would come when it waits no more is told to ask again later") {
  Fixture node;
  node.served_at = node.now;
  CHECK(node.offer(1, 100) == 10);
  node.now = node.served_at = node.now + 1s;
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 200ms);  // whatever a turn took
  CHECK(node.offer(2, 1) == 1);
  CHECK(node.delay == 1400ms);
  CHECK(node.offer(3, 1) == 0);
}

TEST_CASE("in the first second after a start clients come first") {
  Fixture node;
  node.reception.start(node.now);
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 1s);
  node.now = node.now + 1s;
  CHECK(node.offer(1, 100) == 10);
  CHECK(node.delay == 0ms);
}
