#include "node/node.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "ring/key.hpp"

using namespace starling;
using namespace starling::node;

namespace {

Config config(InitMode init) {
  return {
      .name = "a", .peer = *parse_address("10.0.0.1:4702"), .client = *parse_address("10.0.0.1:4701"), .init = init};
}

/// One node without a driver: every storage command can be answered by hand.
struct Driven {
  explicit Driven(InitMode init) : Driven(config(init)) {}
  explicit Driven(Config config)
      : node(std::move(config), {.node = {1}, .generation = {1}, .nonce = 5, .fresh = true}, Random(1)) {
    node.start({}, out);
  }

  /// Answers every storage command so far, and those that follow from the answers.
  void store_all(const Result<storage::Answer>& answer = storage::Answer{storage::Done{}}) {
    for (std::size_t i = 0; i < out.effects().size(); ++i)
      if (const auto* store = std::get_if<port::Store>(&out.effects()[i]))
        if (answered.insert(store->ticket).second)
          node.step(port::StorageAnswered{store->ticket, fitting(store->command, answer)}, {}, out);
  }
  static Result<storage::Answer> fitting(const storage::Command& command, const Result<storage::Answer>& answer) {
    if (answer && std::holds_alternative<storage::CountHints>(command)) return storage::CountHintsAnswer{};
    if (answer && std::holds_alternative<storage::BuildTree>(command)) return storage::BuildTreeAnswer{true};
    if (answer && std::holds_alternative<storage::ListPartitions>(command)) return storage::ListPartitionsAnswer{};
    return answer;
  }
  void ask(port::ClientRequest request) { node.step(port::ClientAsked{{7}, std::move(request), {}}, {}, out); }

  template <class Effect>
  const Effect* last() {
    const Effect* found = nullptr;
    for (const auto& effect : out.effects())
      if (const auto* e = std::get_if<Effect>(&effect)) found = e;
    return found;
  }
  Error refusal() { return std::get<port::Failure>(last<port::AnswerClient>()->reply).error; }

  port::Outbox out;
  std::set<port::Ticket> answered;
  Node node;
};

const port::GetRequest get{.key = *ring::Key::make("", "k")};

}  // namespace

TEST_CASE("a node with an empty directory and no seeds founds a cluster of one, and is ready when that is durable") {
  Driven driven(InitMode::automatic);
  CHECK(driven.last<port::BecameReady>() == nullptr);
  driven.store_all();
  CHECK(driven.last<port::BecameReady>() != nullptr);
  CHECK(driven.last<port::JoinedCluster>() != nullptr);
}

TEST_CASE("a node whose seeds are names founds nothing, and asks where these lead to when they are looked up") {
  Config named = config(InitMode::automatic);
  named.seeds_named = true;
  Driven driven(std::move(named));
  driven.store_all();
  CHECK(driven.last<port::JoinedCluster>() == nullptr);
  const Address seed = *parse_address("10.0.0.2:4702");
  driven.node.step(port::SeedsResolved{{seed}}, {}, driven.out);
  std::vector<port::Ticket> timers;
  for (const auto& effect : driven.out.effects())
    if (const auto* timer = std::get_if<port::ArmTimer>(&effect)) timers.push_back(timer->ticket);
  for (const port::Ticket timer : timers) driven.node.step(port::TimerElapsed{timer}, Instant{1s}, driven.out);
  const auto asks = [&](const auto& effect) {
    const auto* sent = std::get_if<port::SendToAddress>(&effect);
    return sent && sent->to == seed && std::holds_alternative<wire::JoinAsk>(sent->message);
  };
  CHECK(std::ranges::any_of(driven.out.effects(), asks));
}

TEST_CASE("a node that waits to be founded says so to clients, and still tells who it is") {
  Driven driven(InitMode::never);
  driven.ask(get);
  CHECK(driven.refusal().code == ErrorCode::not_ready);
  CHECK(driven.refusal().message.find("kvcli cluster init") != std::string::npos);
  driven.ask(port::InfoRequest{});
  CHECK(std::get<port::InfoReply>(driven.last<port::AnswerClient>()->reply).name == "a");
}

TEST_CASE("a replica that has no ring yet says so to its peers, who can ask another at once") {
  Driven driven(InitMode::never);
  const auto refusal_of = [&]<class Reply>(wire::Message request, Reply) {
    driven.node.step(port::MessageArrived{{2}, std::move(request)}, {}, driven.out);
    const auto* sent = driven.last<port::SendMessage>();
    REQUIRE(sent != nullptr);
    CHECK(sent->to == NodeId{2});
    const auto& reply = std::get<Reply>(sent->message);
    CHECK(reply.request == wire::RequestId{5});
    REQUIRE(reply.error.has_value());
    return reply.error->code;
  };
  CHECK(refusal_of(wire::ReadRequest{.request = {5}, .ttl = 1s}, wire::ReadReply{}) == ErrorCode::not_ready);
  CHECK(refusal_of(wire::MergeRequest{.request = {5}, .ttl = 1s}, wire::MergeReply{}) == ErrorCode::not_ready);
  CHECK(refusal_of(wire::ScanRequest{.request = {5}, .ttl = 1s}, wire::ScanReply{}) == ErrorCode::not_ready);
}

TEST_CASE("a storage that fails stops the node with a reason, and nothing is done after that") {
  Driven driven(InitMode::automatic);
  driven.store_all(fail(ErrorCode::storage_failed, "input/output error"));
  const auto* halt = driven.last<port::Halt>();
  REQUIRE(halt != nullptr);
  CHECK(halt->failed);
  CHECK(halt->why.find("input/output error") != std::string::npos);
  const std::size_t effects = driven.out.effects().size();
  driven.ask(get);
  CHECK(driven.out.effects().size() == effects);
}

TEST_CASE("a node that is asked to stop refuses new work and ends well") {
  Driven driven(InitMode::automatic);
  driven.store_all();
  driven.node.step(port::StopAsked{}, {}, driven.out);
  const auto* halt = driven.last<port::Halt>();
  REQUIRE(halt != nullptr);
  CHECK_FALSE(halt->failed);
}
