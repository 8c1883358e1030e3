#pragma once

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "causal/codec.hpp"
#include "causal/context_token.hpp"
#include "coordinator/coordinator.hpp"

namespace starling::coordinator::test {

inline constexpr NodeId us{1};
inline constexpr NodeId second{2};
inline constexpr NodeId third{3};
inline constexpr NodeId stranger{4};  ///< a member that is no replica of anything
inline constexpr Secret secret{1, 2, 3};
inline constexpr std::uint32_t partitions = 4;

inline ring::Ring ring_of(std::vector<NodeId> replicas, Epoch epoch = {5}) {
  std::vector<ring::Member> members;
  for (const auto id : {us, second, third, stranger}) members.push_back({.id = id});
  const auto count = static_cast<std::uint32_t>(replicas.size());
  auto made = ring::Ring::make({9}, epoch, count, std::move(members), std::vector(partitions, std::move(replicas)));
  REQUIRE(made);
  return *std::move(made);
}

inline ring::Key key_of(BytesView name) { return *ring::Key::make("b", name); }

inline port::QuorumLevel level(std::uint32_t number) { return {port::QuorumLevel::Kind::number, number}; }

inline causal::VersionVector seen(std::initializer_list<causal::Dot> dots) {
  causal::VersionVector vector;
  for (const auto& dot : dots) vector.advance(dot);
  return vector;
}

inline causal::Sibling sibling(causal::Dot dot, Bytes value) { return {.dot = dot, .value = std::move(value)}; }
inline causal::Sibling tombstone(causal::Dot dot) { return {.dot = dot, .tombstone = true}; }

/// A state whose context is its siblings' dots and `more`.
inline causal::Object object(std::vector<causal::Sibling> siblings, causal::VersionVector more = {}) {
  for (const auto& one : siblings) more.advance(one.dot);
  return {std::move(siblings), std::move(more)};
}

inline const causal::Dot a1{{101}, 1};
inline const causal::Dot a2{{101}, 2};
inline const causal::Dot b1{{102}, 1};

/// A coordinator whose storage, peers, clients and clock are played by the test: what it wants is
/// gathered here until the test looks.
class World : public port::Peers {
 public:
  explicit World(std::vector<NodeId> replicas = {us, second, third}, Config config = {})
      : ring(ring_of(std::move(replicas))), coordinator(config, us, secret, Random(1)) {}

  bool reachable(NodeId node) const override { return !down.contains(node); }
  View view() const { return {.ring = ring, .peers = *this, .now = now, .owed = &owed}; }

  // What the world does.
  void get(BytesView key, port::QuorumLevel r = {}) {
    coordinator.on_client(token(), port::GetRequest{.key = key_of(key), .r = r}, view(), out);
    gather();
  }
  void ask(port::GetRequest request) {
    coordinator.on_client(token(), std::move(request), view(), out);
    gather();
  }
  void ask(port::PutRequest request) {
    coordinator.on_client(token(), std::move(request), WallTime{1'000}, view(), out);
    gather();
  }
  void ask(port::ScanRequest request) {
    coordinator.on_client(token(), std::move(request), view(), out);
    gather();
  }
  void put(BytesView key, Bytes value, port::QuorumLevel w = {}) {
    ask(port::PutRequest{.key = key_of(key), .value = std::move(value), .w = w});
  }
  void forward(NodeId from, wire::ForwardWrite request) {
    coordinator.on_forward(from, std::move(request), view(), out);
    gather();
  }
  template <class Reply>
  void reply(NodeId from, Reply message) {
    coordinator.on_message(from, std::move(message), view(), out);
    gather();
  }
  void storage_answers(std::uint64_t number, Result<storage::Answer> answer) {
    coordinator.on_storage(number, std::move(answer), view(), out);
    gather();
  }
  /// To the oldest command that storage has not answered yet.
  void storage_answers(Result<storage::Answer> answer) {
    REQUIRE_FALSE(stored.empty());
    const auto number = stored.front().ticket.number;
    stored.erase(stored.begin());
    storage_answers(number, std::move(answer));
  }
  /// The node goes by `ring` now.
  void on_ring() {
    coordinator.on_ring(view(), out);
    gather();
  }
  void lose(NodeId peer) {
    down.insert(peer);
    coordinator.on_peer_lost(peer, view(), out);
    gather();
  }
  /// Time goes by, and timers go off where they are due.
  void pass(Duration time) {
    const Instant until = now + time;
    while (!timers.empty() && timers.begin()->first <= until) {
      const auto [at, number] = *timers.begin();
      timers.erase(timers.begin());
      now = std::max(now, at);
      coordinator.on_timer(number, view(), out);
      gather();
    }
    now = until;
  }

  // What the coordinator wants of it.
  template <class Message>
  std::vector<std::pair<NodeId, Message>> sent() const {
    std::vector<std::pair<NodeId, Message>> found;
    for (const auto& [to, message] : messages)
      if (const auto* one = std::get_if<Message>(&message)) found.emplace_back(to, *one);
    return found;
  }
  template <class Message>
  Message sent_to(NodeId node) const {
    std::optional<Message> found;
    for (const auto& [to, message] : sent<Message>())
      if (to == node) found = message;
    REQUIRE(found);
    return *found;
  }
  template <class Command>
  Command stored_first() const {
    REQUIRE_FALSE(stored.empty());
    REQUIRE(std::holds_alternative<Command>(stored.front().command));
    return std::get<Command>(stored.front().command);
  }
  template <class Reply>
  Reply answer() const {
    REQUIRE(answers.size() == 1);
    REQUIRE(std::holds_alternative<Reply>(answers.front().reply));
    return std::get<Reply>(answers.front().reply);
  }
  ErrorCode failure() const { return answer<port::Failure>().error.code; }
  std::size_t noticed(port::NoticeKind kind) const { return notices.contains(kind) ? notices.at(kind) : 0; }

  ring::Ring ring;
  Coordinator coordinator;
  Instant now{1h};
  std::map<NodeId, std::uint64_t> owed;
  std::set<NodeId> down;
  std::vector<std::pair<NodeId, wire::Message>> messages;
  std::vector<port::Store> stored;
  std::vector<port::AnswerClient> answers;
  std::map<port::NoticeKind, std::size_t> notices;
  std::vector<PartitionId> dirty;  ///< that notices were about
  std::multimap<Instant, std::uint64_t> timers;

 private:
  port::ClientToken token() { return {++last_token_}; }

  void gather() {
    for (auto& effect : out.effects()) {
      if (auto* message = std::get_if<port::SendMessage>(&effect)) messages.emplace_back(message->to, message->message);
      if (auto* command = std::get_if<port::Store>(&effect)) stored.push_back(*command);
      if (auto* told = std::get_if<port::AnswerClient>(&effect)) answers.push_back(*told);
      if (auto* notice = std::get_if<port::Notice>(&effect)) {
        ++notices[notice->kind];
        if (notice->partition) dirty.push_back(*notice->partition);
      }
      if (auto* timer = std::get_if<port::ArmTimer>(&effect)) timers.emplace(timer->at, timer->ticket.number);
    }
    out.clear();
  }

  port::Outbox out;
  std::uint64_t last_token_{};
};

inline wire::ReadReply full(const wire::ReadRequest& to, const causal::Object& state) {
  return {.request = to.request, .object = causal::encode(state)};
}
inline wire::ReadReply digest(const wire::ReadRequest& to, const causal::Object& state) {
  return {.request = to.request, .digest = causal::digest(state)};
}
inline wire::ReadReply refusal(const wire::ReadRequest& to, ErrorCode code) {
  return {.request = to.request, .error = Error{code, "no"}};
}
inline storage::Answer got(causal::Object state) { return storage::GetAnswer{std::move(state)}; }

}  // namespace starling::coordinator::test
