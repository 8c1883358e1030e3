#include "handoff/reception.hpp"

#include <doctest/doctest.h>

using namespace starling;
using namespace starling::handoff;

namespace {

const Config config{.patience = 2s, .batch = 10, .credits = 25};

struct Fixture {
  Reception reception{config};
  Instant now{1h};

  std::uint32_t offer(std::uint64_t node, std::uint64_t hints) {
    port::Outbox out;
    reception.on_message({node}, {.request = {node}, .hints = hints}, now, out);
    if (hints == 0) {
      CHECK(out.effects().empty());
      return 0;
    }
    REQUIRE(out.effects().size() == 1);
    const auto& sent = std::get<port::SendMessage>(out.effects()[0]);
    CHECK(sent.to == NodeId{node});
    const auto& grant = std::get<wire::HandoffGrant>(sent.message);
    CHECK(grant.request == wire::RequestId{node});
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
